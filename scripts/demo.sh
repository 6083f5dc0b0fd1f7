#!/usr/bin/env bash
# The main job end to end: synthetic hearts as DICOM and MATLAB contours, a data set, a network
# trained on it, contours on new images, its honest table and report.
set -euo pipefail
heartlab=${1:?usage: demo.sh HEARTLAB}
out=${2:-out/demo}
rm -rf "$out"
mkdir -p "$out"

step() { printf '\n\033[1m%s\033[0m\n$ heartlab %s\n' "$1" "${*:2}"; "$heartlab" "${@:2}"; }

step "1. A cohort of synthetic hearts, as a scanner and a cardiologist would hand it over" \
  phantom --patients 12 --slices 6 --size 192 --seed 7 --out "$out/cohort"

step "2. A data set, split by patient" \
  prepare --images "$out/cohort/dicom" --labels "$out/cohort/matlab" --label-format matlab \
  --target myocardium --size 128 --standardise image --split 0.6,0.15,0.25 --seed 1 \
  --out "$out/dataset"

step "3. A small DeepLabv3+ on two cores" \
  train --data "$out/dataset" --config configs/demo.toml --out "$out/run"

step "4. Contours on new images" \
  segment --model "$out/run/model.safetensors" --out "$out/contours" "$out/cohort/dicom"


step "5. The study's measures on patients it has never seen" \
  evaluate --model "$out/run/model.safetensors" --data "$out/dataset" --subset test \
  --out "$out/evaluation"

