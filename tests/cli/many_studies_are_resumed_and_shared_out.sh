#!/usr/bin/env bash
# heartlab segment over several studies: stopped or killed and resumed, or shared out among
# processes, it gives the bytes of an uninterrupted call; a failed file is in the exit status.
set -euo pipefail
heartlab=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bench/tiny_network.sh "$heartlab" "$work"
cd "$work"
"$heartlab" -q phantom --patients 4 --slices 5 --phases 4 --size 96 --pixel-spacing 3 --out cohort \
  >/dev/null
cut=$(find cohort/dicom/PHANTOM-003 -name '*.dcm' | sort | head -1)
truncate -s -100 "$cut"
images=79

# segment OUT ARGUMENTS...: gives the exit status.
segment() {
  local status=0 out=$1
  shift
  "$heartlab" -q segment --model run/model.safetensors --write json,seg,mat --out "$out" "$@" \
    cohort/dicom >>"$out.log" 2>&1 || status=$?
  echo $status
}
fail() {
  echo "$1"
  exit 1
}
expect_whole() { diff -r -x .heartlab whole "$1" >/dev/null || fail "$1 is not as uninterrupted"; }

[[ $(segment whole) -eq 8 ]] || fail "a cut file is not in the exit status"
grep -q "1 of the files gave no image" whole.log || fail "a cut file is not in the summary"
[[ $(wc -l <whole/areas.csv) -eq $((images + 1)) ]] || fail "areas.csv has not every image"
[[ $(segment both --write nifti) -eq 8 ]]
grep -q "1 of the files gave no image, and 1 of the files could not be written" both.log ||
  fail "not both kinds of failures are in the summary: $(cat both.log)"
[[ $(segment serial --jobs 1) -eq 8 ]]
expect_whole serial

# Stopped by each signal as soon as something is done.
for signal in INT TERM KILL; do
  "$heartlab" -q segment --model run/model.safetensors --write json,seg,mat --jobs 1 --out $signal \
    cohort/dicom >$signal.log 2>&1 &
  process=$!
  while kill -0 $process 2>/dev/null && [[ $(find $signal -name '*.json' 2>/dev/null | wc -l) -lt 30 ]]; do
    sleep 0.01
  done
  kill -$signal $process 2>/dev/null || true
  status=0
  wait $process || status=$?
  if [[ $signal != KILL && $status -eq 130 ]]; then
    found=$(find $signal -name '*_contours.json' | wc -l)
    [[ $(wc -l <$signal/areas.csv) -eq $((found + 1)) ]] || fail "$signal: areas.csv is not what is done"
    grep -q -- "--resume" $signal.log || fail "$signal: nothing says how to go on"
  elif [[ $signal != KILL && $status -ne 8 ]]; then
    fail "$signal: exit status $status"
  fi
  [[ $(segment $signal --resume) -eq 8 ]] || fail "$signal: resumed, the cut file is forgotten"
  expect_whole $signal
done
[[ $(segment whole --resume --largest) -eq 2 ]] || fail "other options were mixed with the former"
expect_whole INT

# Three processes, as mpirun starts them.
declare -a ranks
for rank in 0 1 2; do
  OMPI_COMM_WORLD_RANK=$rank OMPI_COMM_WORLD_SIZE=3 segment shared >status.$rank &
  ranks+=($!)
done
for process in "${ranks[@]}"; do wait "$process"; done
[[ $(sort status.? | tr -d '\n') == 008 ]] || fail "not one of three told of the cut file: $(cat status.?)"
expect_whole shared
[[ $(RANK=0 WORLD_SIZE=2 segment lost) -eq 0 ]]
grep -q "not yet" lost.log || fail "what a lost process left is not told"
[[ ! -e lost/areas.csv ]] || fail "half of the studies were joined"
[[ $(segment lost --resume) -eq 8 ]]
expect_whole lost
[[ $(SLURM_PROCID=2 SLURM_NTASKS=2 segment wrong) -eq 2 ]] || fail "a rank beyond the size was taken"
echo "resumed and shared out: $images images"
