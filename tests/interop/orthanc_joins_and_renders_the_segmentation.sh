#!/usr/bin/env bash
# Orthanc takes the images, their SEG and RTSTRUCT into one study and renders the SEG, each frame with the
# pixels of its mask; a real heart's SEG too, whose study has UIDs and dates that the standard does not allow.
source tests/interop/common.sh
command -v Orthanc >/dev/null || skip "no Orthanc (package orthanc)"
command -v curl >/dev/null || skip "no curl"
need_python pydicom numpy

phantom --patients 1 --slices 3 --phases 2
segment cavity "$work/out" "$work/cohort/dicom" --write png,seg,rtstruct

free_port() {
  local port
  while port=$((20000 + RANDOM % 20000)); do
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
}
http=$(free_port)
cat >"$work/orthanc.json" <<JSON
{"Name": "test", "StorageDirectory": "$work/db", "IndexDirectory": "$work/db", "Plugins": [],
 "HttpBindAddresses": ["127.0.0.1"], "HttpPort": $http, "DicomServerEnabled": false,
 "RemoteAccessAllowed": false, "AuthenticationEnabled": false}
JSON
Orthanc "$work/orthanc.json" >"$work/orthanc.log" 2>&1 &
orthanc=$!
trap 'kill $orthanc 2>/dev/null; wait $orthanc 2>/dev/null || true; rm -rf "$work"' EXIT
url=http://127.0.0.1:$http
ask() { curl --silent --show-error --fail --noproxy '*' "$@"; }
for _ in $(seq 100); do
  ask "$url/system" >/dev/null 2>&1 && break
  kill -0 $orthanc 2>/dev/null || { cat "$work/orthanc.log"; exit 1; }
  sleep 0.2
done

# store FILE...: Orthanc has to take every one; its name for the last is in $instance.
store() {
  local file answer
  for file in "$@"; do
    answer=$(ask --request POST --data-binary @"$file" "$url/instances")
    grep -q '"Status" : "Success"' <<<"$answer" || { echo "$file: $answer"; exit 1; }
    instance=$(sed -n 's/.*"ID" : "\([^"]*\)".*/\1/p' <<<"$answer" | head -1)
  done
}

# expect COUNT ADDRESS: so many studies or series.
expect() {
  local found
  found=$(ask "$url/$2" | grep -c '"')
  test "$found" -eq "$1" || { echo "$2: expected $1, found $found"; exit 1; }
}

# render INSTANCE SOURCES RESULTS: each frame, and the whole, come as PNG; each with the pixels of its mask.
render() {
  local instance=$1 frame
  frames=$(ask "$url/instances/$instance/frames" | grep -o '[0-9]\+' | wc -l)
  test "$frames" -gt 0
  rm -rf "$work/rendered" && mkdir "$work/rendered"
  for ((frame = 0; frame < frames; ++frame)); do
    ask "$url/instances/$instance/frames/$frame/preview" >"$work/rendered/$frame.png"
  done
  ask "$url/instances/$instance/rendered" >"$work/picture.png"
  [[ $(head -c 8 "$work/picture.png" | od -An -tx1 | tr -d ' ') == 89504e470d0a1a0a ]]
  "$python" -W ignore "$here/rendered_against_png.py" "$2" "$3" "$work/rendered"
}

store "$work"/cohort/dicom/*/*.dcm
store "$(find "$work/out" -name '*_rtstruct.dcm')"
store "$(find "$work/out" -name '*_seg.dcm')"
expect 1 studies
expect 3 series
ask "$url/instances/$instance/study" | grep -q '"PHANTOM-001"'
render "$instance" "$work/cohort/dicom" "$work/out"
echo "Orthanc: one study, three series, $frames frames rendered"

hearts=$(realpath -m "${HEARTLAB_SUNNYBROOK:-$project/../shared/data/sunnybrook}/dicom")
if [[ ! -d $hearts ]]; then
  echo "real hearts not found: set HEARTLAB_SUNNYBROOK to the data set's folder"
  exit 0
fi
mapfile -t files < <(find "$hearts/SC-HF-I-01" -name '*.dcm' | sort | head -4)
mkdir "$work/real"
cp "${files[@]}" "$work/real"
segment cavity "$work/drawn" "$work/real" --write png,seg
store "${files[@]}"
expect 2 studies
expect 4 series
store "$(find "$work/drawn" -name '*_seg.dcm')"
expect 2 studies
expect 5 series
render "$instance" "$work/real" "$work/drawn"
echo "Orthanc: the SEG of a real heart joined its study, $frames frames rendered"
