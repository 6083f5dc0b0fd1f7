#!/usr/bin/env bash
# crossval trains a network a fold and judges every patient once; interrupted, it goes on with
# --resume and ends with the same tables; with other options it refuses.
#   crossval_judges_every_patient_once.sh HEARTLAB
set -euo pipefail
heartlab=$(realpath "$1")
source "$(dirname "$0")/../train/train_lib.sh"

mapfile -t options < <(settings backbone=resnet18 network=deeplabv3plus decoder_channels=8 \
  low_level_channels=8 iterations=6 validate_every=3 checkpoint_every=2)
cross=("$heartlab" -q crossval --data data --folds 3 --threads 1 --precision fp32 "${options[@]}")

"${cross[@]}" --out whole >table 2>messages || failed "crossval"
grep -q '^## Fold by fold' table
grep -q '"patients": 6,' whole/crossval.json || failed "not all six patients were judged"
test "$(wc -l <whole/per_image.csv)" -eq 25 || failed "not every image was judged once"
for fold in 1 2 3; do test -s whole/fold-$fold/model.safetensors -a -s whole/fold-$fold/trained.json; done

# All folds draw together.
"$heartlab" -q segment --model whole/fold-1/model.safetensors --threads 1 \
  --with whole/fold-2/model.safetensors whole/fold-3/model.safetensors --out drawn cohort/dicom >messages 2>&1 ||
  failed "the folds do not draw together"
test "$(find drawn -name '*_mask.png' | wc -l)" -eq 24 || failed "not every image was drawn on"

# Killed in the second fold.
"${cross[@]}" --out cut >messages 2>&1 &
process=$!
until [[ -e cut/fold-2/checkpoints/iteration-0000000002.safetensors ]]; do
  kill -0 $process 2>/dev/null || failed "it ended before it could be killed"
  sleep 0.05
done
kill -9 $process
wait $process 2>/dev/null || true
before=$(stat -c %Y.%s cut/fold-1/model.safetensors)
status=0
"${cross[@]}" --out cut >messages 2>&1 || status=$?
[[ $status -eq 2 ]] && grep -q -- '--resume' messages || failed "a folder in use was taken"
"${cross[@]}" --out cut --resume >messages 2>&1 || failed "it does not go on"
[[ $(stat -c %Y.%s cut/fold-1/model.safetensors) == "$before" ]] || failed "fold 1 was trained again"
for file in crossval.json per_image.csv manifest.json; do cmp whole/$file cut/$file; done
status=0
"${cross[@]}" --out cut --resume --set momentum=0.5 >messages 2>&1 || status=$?
[[ $status -eq 2 ]] && grep -q 'momentum' messages || failed "other options were taken"
echo "three folds of six patients"
