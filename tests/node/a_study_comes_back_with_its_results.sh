#!/usr/bin/env bash
# A study that is sent to the node comes back as SEG, SR and pictures of the report to an Orthanc, by C-STORE and by STOW-RS,
# as the node made them, in the study of its images.
set -euo pipefail
heartlab=$(realpath "$1") stub=$2
here=$(cd "$(dirname "$0")" && pwd)
source "$here/node_lib.sh"
need storescu dcmdump curl Orthanc
in_private_network "$@"
models=$here/../../models
begin
free_port; node_port=$port; free_port; metrics_port=$port
free_port; orthanc_http=$port; free_port; orthanc_dicom=$port

"$heartlab" -q phantom --patients 1 --slices 2 --phases 2 --size 160 --out cohort >/dev/null 2>&1
start_orthanc

# through NAME DESTINATION: the study there and back by one protocol.
through() {
  write_config "send.destinations = [\"$2\"]" "process.command = []" \
    "process.cavity_model = \"$models/cavity-resnet18.safetensors\"" \
    "process.myocardium_model = \"$models/myocardium-resnet18.safetensors\""
  rm -rf spool
  start_node
  send cohort/dicom >/dev/null 2>&1 || fail "$1: the study was not taken"
  until_true 120 orthanc_has SR 1 && until_true 120 metric_is results_waiting 0 ||
    fail "$1: no SR came to Orthanc: $(orthanc_instances SR)"
  orthanc_has SEG 1 || fail "$1: expected one SEG in Orthanc"
  orthanc_has OT 2 || fail "$1: expected the two pages of the report in Orthanc"
  local modality id
  for modality in SEG SR OT; do
    for id in $(orthanc_instances $modality); do
      orthanc "instances/$id/file" >$modality.dcm
      cmp_results $modality.dcm || fail "$1: the $modality in Orthanc is not the node's"
      [[ $(value_of StudyInstanceUID $modality.dcm) == "$study" ]] ||
        fail "$1: the $modality is not in the study of its images"
    done
  done
  for id in $(orthanc_instances OT); do
    orthanc "instances/$id/preview" >page.png
    [[ $(head -c 4 page.png | tail -c 3) == PNG ]] || fail "$1: Orthanc shows no page of the report"
  done
  stop_node
  for id in $(orthanc_instances SEG) $(orthanc_instances SR) $(orthanc_instances OT); do
    curl -sf -X DELETE "http://127.0.0.1:$orthanc_http/instances/$id" >/dev/null
  done
}

value_of() { dcmdump -q +P "$1" "$2" | sed -n '1s/.*\[\(.*\)\].*/\1/p'; }
data_set() { dcmdump -q +L "$1" | grep -v '^(0002,\|^#\|^$'; }
# Whether some result of the node holds the same data set.
cmp_results() {
  local result
  for result in spool/results/*/*/*.dcm; do
    if [[ $(value_of SOPInstanceUID "$result") == "$(value_of SOPInstanceUID "$1")" ]]; then
      diff <(data_set "$result") <(data_set "$1") >/dev/null
      return
    fi
  done
  return 1
}

study=$(value_of StudyInstanceUID "$(find cohort/dicom -name '*.dcm' | head -1)")
through C-STORE "dicom://ORTHANC@127.0.0.1:$orthanc_dicom"
if orthanc plugins/dicom-web >/dev/null; then
  through STOW-RS "http://127.0.0.1:$orthanc_http/dicom-web"
else
  echo "STOW-RS: not tried, Orthanc's DICOMweb plugin is not installed"
fi
! grep -q PHANTOM node.log || fail "the log names a patient"
echo "the study came back with its results"
