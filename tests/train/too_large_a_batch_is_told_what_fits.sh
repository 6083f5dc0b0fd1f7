#!/usr/bin/env bash
# Where memory is short a batch that does not fit ends with the largest that does, and that one trains.
#   too_large_a_batch_is_told_what_fits.sh HEARTLAB
set -euo pipefail
heartlab=$(realpath "$1")
source "$(dirname "$0")/train_lib.sh"
"$heartlab" -q prepare --images cohort/dicom --labels cohort/matlab --target cavity --size 160 \
  --standardise image --split 1,0,0 --out large >/dev/null 2>&1
mapfile -t options < <(settings backbone=resnet18 iterations=1)

# train OUT KILOBYTES ARGUMENTS...
train() (
  ulimit -v "$2"
  exec "$heartlab" -q train --data large --device cpu --out "$1" "${options[@]}" "${@:3}" >messages 2>&1
)

status=0
limit=1700000
train run $limit --set batch=64 || status=$?
[[ $status -eq 2 ]] || failed "status $status"
grep -q '^heartlab: batch 64 of 160 x 160 pixels does not fit into memory' messages ||
  failed "the message is another"
cat messages
fits=$(sed -n 's/.*the largest that does is \([0-9]*\):.*/\1/p' messages)
read -ra advice < <(sed -n 's/.*the largest that does is [0-9]*: //p' messages)
[[ $fits -gt 0 && $fits -lt 64 && ${#advice[@]} -eq 4 ]] || failed "no advice"
# Not all of one iteration's batches: time is short.
train advised $limit "${advice[@]}" --set accumulate=1 || failed "what was advised does not fit"
# Nor is it far below what fits: of twice as many nothing may be left.
status=0
train twice $limit --set batch=$((2 * fits)) || status=$?
[[ $status -eq 2 ]] || failed "twice as many fit too"
echo "batch $fits of 64 fits into $limit kB"
