#!/usr/bin/env bash
# [ROUNDS=n] [MODEL=file] startup.sh HEARTLAB...: how long programs take to start, taking turns in one
# run: the medians from the process's start to its end of `--version`, and of `segment` of one image
# with MODEL (models/cavity-resnet18.safetensors), mask written.
set -euo pipefail
cd "$(dirname "$0")/.."
[[ $# -gt 0 ]] || { echo "usage: [ROUNDS=n] [MODEL=file] startup.sh HEARTLAB..." >&2; exit 2; }
rounds=${ROUNDS:-15}
model=${MODEL:-models/cavity-resnet18.safetensors}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$1" -q phantom --patients 1 --slices 1 --phases 2 --out "$work/cohort" >/dev/null
image=$(find "$work/cohort/dicom" -name '*.dcm' | sort | head -1)

milliseconds() {
  local start=$EPOCHREALTIME
  "$@" >/dev/null 2>&1
  local spent=$((${EPOCHREALTIME/./} - ${start/./}))
  printf '%d.%02d\n' $((spent / 1000)) $((spent % 1000 / 10))
}
median() { sort -n "$1" | sed -n "$(((rounds + 1) / 2))p"; }

for ((round = 0; round < rounds; ++round)); do
  number=0
  for program in "$@"; do
    number=$((number + 1))
    milliseconds "$program" --version >>"$work/version.$number"
    milliseconds "$program" -q segment --model "$model" \
      --out "$work/out.$number" "$image" >>"$work/segment.$number"
  done
done
number=0
for program in "$@"; do
  number=$((number + 1))
  printf '%s\n  --version %8s ms   segment, one image %8s ms   (medians of %s)\n' "$program" \
    "$(median "$work/version.$number")" "$(median "$work/segment.$number")" "$rounds"
done
