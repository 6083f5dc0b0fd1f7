#!/usr/bin/env bash
# Where memory is short a batch that does not fit ends with the largest that does, and that one trains:
# under a limit of address space, and in a container (a control group, where this machine lets us make one).
#   too_large_a_batch_is_told_what_fits.sh HEARTLAB
set -euo pipefail
heartlab=$(realpath "$1")
source "$(dirname "$0")/train_lib.sh"
"$heartlab" -q prepare --images cohort/dicom --labels cohort/matlab --target cavity --size 160 \
  --standardise image --split 1,0,0 --out large >/dev/null 2>&1
mapfile -t options < <(settings backbone=resnet18 iterations=1)

in_address_space() { ulimit -v 1700000; }
in_container() { echo "$BASHPID" >"$group/cgroup.procs"; }

# train LIMIT OUT ARGUMENTS...
train() (
  "$1"
  exec "$heartlab" -q train --data large --device cpu --out "$2" "${options[@]}" "${@:3}" >messages 2>&1
)

# tells_what_fits LIMIT BATCH
tells_what_fits() {
  local limit=$1 batch=$2 status=0 advice
  train "$limit" "$limit-run" --set batch="$batch" || status=$?
  [[ $status -eq 2 ]] || failed "$limit: status $status"
  grep -q "^heartlab: batch $batch of 160 x 160 pixels does not fit into memory" messages ||
    failed "$limit: the message is another"
  cat messages
  fits=$(sed -n 's/.*the largest that does is \([0-9]*\):.*/\1/p' messages)
  read -ra advice < <(sed -n 's/.*the largest that does is [0-9]*: //p' messages)
  [[ $fits -gt 0 && $fits -lt $batch && ${#advice[@]} -eq 4 ]] || failed "$limit: no advice"
  # Not all of one iteration's batches: time is short.
  train "$limit" "$limit-advised" "${advice[@]}" --set accumulate=1 || failed "$limit: what was advised does not fit"
  echo "$limit: a batch of $fits of $batch fits"
}

# A control group of 700 MB, of either version, as $group.
make_group() {
  local top
  for top in /sys/fs/cgroup/memory /sys/fs/cgroup; do
    group=$top/heartlab-test-$$
    mkdir "$group" 2>/dev/null || continue
    for limit in memory.limit_in_bytes memory.max; do
      [[ -e $group/$limit ]] && echo 700M >"$group/$limit" 2>/dev/null && return
    done
    rmdir "$group"
  done
  return 1
}

tells_what_fits in_address_space 64
# Nor is it far below what fits: of twice as many nothing may be left.
status=0
train in_address_space twice --set batch=$((2 * fits)) || status=$?
[[ $status -eq 2 ]] || failed "twice as many fit too"
if make_group; then
  tells_what_fits in_container 32
  rmdir "$group"
else
  echo "in a container: not tried, no control group can be made here"
fi
