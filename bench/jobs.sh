#!/usr/bin/env bash
# [ROUNDS=n] [MODEL=file] jobs.sh HEARTLAB [OPTIONS...]: how long `heartlab segment` takes for 48
# DICOM images with one image in work (--jobs 1), with the default, and with other uses of the cores
# that OPTIONS name, one word each ("--jobs 4 --threads 2"), taking turns in one run: medians,
# ratios and the most memory.
set -euo pipefail
cd "$(dirname "$0")/.."
[[ $# -gt 0 ]] || { echo "usage: [ROUNDS=n] [MODEL=file] jobs.sh HEARTLAB [OPTIONS...]" >&2; exit 2; }
heartlab=$(realpath "$1")
shift
rounds=${ROUNDS:-5}
model=${MODEL:-models/cavity-resnet18.safetensors}
contenders=("--jobs 1" "--jobs 0" "$@")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$heartlab" -q phantom --patients 4 --slices 6 --phases 2 --out "$work/cohort" >/dev/null

median() { sort -n "$1" | sed -n "$(((rounds + 1) / 2))p"; }
for ((round = 0; round < rounds; ++round)); do
  for i in "${!contenders[@]}"; do
    # shellcheck disable=SC2086 # several words
    /usr/bin/env bash -c 'TIMEFORMAT="%R %U"; time "$@" >/dev/null 2>&1' _ \
      "$heartlab" -q segment --model "$model" --views 1 ${contenders[$i]} --out "$work/out.$i" \
      "$work/cohort/dicom" 2>"$work/time"
    cut -d' ' -f1 "$work/time" >>"$work/real.$i"
    cut -d' ' -f2 "$work/time" >>"$work/user.$i"
  done
done
for i in "${!contenders[@]}"; do
  diff -rq -x .heartlab "$work/out.0" "$work/out.$i" >/dev/null || echo "other results with ${contenders[$i]}"
  "$heartlab" -q segment --model "$model" --views 1 ${contenders[$i]} --out "$work/out.$i" \
    "$work/cohort/dicom" >/dev/null 2>&1 &
  process=$!
  most=0
  while now=$(awk '$1 == "VmHWM:" { print $2 / 1024 }' /proc/$process/status 2>/dev/null) && [[ -n $now ]]; do
    most=$now
    sleep 0.02
  done
  wait $process
  awk -v name="${contenders[$i]}" -v first="$(median "$work/real.0")" -v own="$(median "$work/real.$i")" \
    -v user="$(median "$work/user.$i")" -v most="$most" 'BEGIN {
      printf "%-24s %6.2f s  %5.2f times --jobs 1   %6.2f s of processor time   %4.0f MB\n",
             name, own, first / own, user, most }'
done
