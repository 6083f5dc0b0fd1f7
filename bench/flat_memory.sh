#!/usr/bin/env bash
# [PATIENTS=n] [WRITE=list] flat_memory.sh HEARTLAB: the resident memory of `heartlab segment` while
# it goes through a cohort of 100 slices a patient (100 patients), with a tiny network: after a
# tenth, a half and all of the slices, and the most there was until then.
set -euo pipefail
cd "$(dirname "$0")/.."
[[ $# -eq 1 ]] || { echo "usage: [PATIENTS=n] [WRITE=list] flat_memory.sh HEARTLAB" >&2; exit 2; }
heartlab=$(realpath "$1")
patients=${PATIENTS:-100}
slices=$((100 * patients))
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bench/tiny_network.sh "$heartlab" "$work"
"$heartlab" -q phantom --patients "$patients" --slices 10 --phases 10 --size 96 --pixel-spacing 3 \
  --out "$work/cohort" >/dev/null

"$heartlab" -q segment --model "$work/run/model.safetensors" --write "${WRITE:-json,seg,nifti}" \
  --out "$work/out" "$work/cohort/dicom" >/dev/null 2>&1 &
process=$!
memory_of() { awk -v name="$1:" '$1 == name { print $2 / 1024 }' "/proc/$process/status"; }
done_so_far() { find "$work/out" -name '*_contours.json' 2>/dev/null | wc -l; }
start=$SECONDS
for target in $((slices / 10)) $((slices / 2)) "$slices"; do
  # The last slices' memory is looked at while the process still lives.
  [[ $target -lt $slices ]] || target=$((target - slices / 200))
  while kill -0 $process 2>/dev/null && [[ $(done_so_far) -lt $target ]]; do sleep 0.2; done
  printf '%6d of %d slices: %6.1f MB resident, %6.1f MB at most so far\n' "$(done_so_far)" "$slices" \
    "$(memory_of VmRSS)" "$(memory_of VmHWM)"
done
wait $process
printf '%d seconds; areas.csv has %d lines\n' $((SECONDS - start)) "$(wc -l <"$work/out/areas.csv")"
