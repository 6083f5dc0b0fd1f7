#!/usr/bin/env bash
# Runs every fuzz target for the given number of seconds, two at a time, from samples that the
# program itself makes. Prints one line a target; a finding's input is left in out/fuzz.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-600}

cmake --preset fuzz >/dev/null
mapfile -t targets < <(git ls-files 'tests/fuzz/*_fuzz.cc' | xargs -n 1 basename -s .cc)
cmake --build --preset fuzz --target heartlab "${targets[@]}"
mkdir -p out/fuzz

# A few good files of each kind; what fuzzing finds is added to them.
make_samples() {
  local to=build/fuzz/samples made
  made=$(mktemp -d)
  mkdir -p "$to"/{dicom,seg,matlab,png,pickle,tensor_file,model_file,toml,scd}_fuzz
  mkdir -p "$to"/{node_journal,node_config}_fuzz
  build/fuzz/cli/heartlab -q phantom --patients 2 --slices 1 --phases 2 --size 96 \
    --pixel-spacing 2.5 --out "$made/cohort" >/dev/null
  build/fuzz/cli/heartlab -q prepare --images "$made/cohort/dicom" --labels "$made/cohort/matlab" \
    --target cavity --size 32 --out "$made/data" >/dev/null
  find "$made/cohort/dicom" -name '*.dcm' -exec cp {} "$to/dicom_fuzz/" \;
  build/fuzz/cli/heartlab -q segment --model models/cavity-resnet18.safetensors --write seg \
    --save-probabilities --out "$made/segmented" "$made/cohort/dicom" >/dev/null 2>&1
  find "$made/segmented" -name '*_seg.dcm' -exec cp --backup=numbered {} "$to/seg_fuzz/" \;
  cp "$made"/cohort/matlab/*.mat "$to/matlab_fuzz/"
  find "$made/data/png" -name '*.png' -exec cp --backup=numbered {} "$to/png_fuzz/" \;
  cp "$made/data/dataset.safetensors" "$to/tensor_file_fuzz/"
  printf '%s' '{"network":{"network":"deeplabv3","multi_grid":[1,2,4]},"preparation":{"size":64,' \
    '"intensity":"minmax","standardise":"image","mean":0},"target":"cavity","class_names":' \
    '["cavity","background"],"training":{"data":{"patients":{"train":["A"]}}}}' \
    >"$to/model_file_fuzz/description.json"
  cp tests/nn/golden/*.pth "$to/pickle_fuzz/"
  cp configs/*.toml "$to/toml_fuzz/"
  printf '1.5 2\n9 2\n9 9.5\n' >"$to/scd_fuzz/contour.txt"
  cp configs/node.toml "$to/node_config_fuzz/"
  printf '%s' '{"event":"processed","series":"a","version":"b","time":1,"results":["c.dcm"]}' \
    >"$to/node_journal_fuzz/processed.json"
  printf '%s' '{"event":"refused","series":"a","version":"b","destination":"d","result":"c.dcm"}' \
    >"$to/node_journal_fuzz/refused.json"
  rm -rf "$made"
}

run_one() {
  local name=$1 samples=build/fuzz/samples/$1
  if build/fuzz/tests/fuzz/"$name" -max_total_time="$2" -timeout=20 -rss_limit_mb=4096 \
      -print_final_stats=1 -artifact_prefix=out/fuzz/"$name"- "$samples" >out/fuzz/"$name".log 2>&1; then
    echo "$name: no finding in $2 s," \
      "$(grep -a number_of_executed_units out/fuzz/"$name".log | awk '{print $2}') runs"
  else
    echo "$name: FINDING, see out/fuzz/$name.log"
    return 1
  fi
}
make_samples
export -f run_one
printf '%s\n' "${targets[@]}" | xargs -P 2 -I{} bash -c "run_one {} $seconds"
