#!/usr/bin/env bash
# tiny_network.sh HEARTLAB FOLDER: writes FOLDER/run/model.safetensors, a network of 64 x 64 that is
# hardly trained: for measurements of everything around a network.
set -euo pipefail
cd "$(dirname "$0")/.."
heartlab=$1 folder=$2
"$heartlab" -q phantom --patients 4 --slices 3 --size 96 --pixel-spacing 3 --out "$folder/few" >/dev/null
"$heartlab" -q prepare --images "$folder/few/dicom" --labels "$folder/few/matlab" --target cavity \
  --size 64 --standardise image --split 0.5,0.25,0.25 --out "$folder/data" >/dev/null
"$heartlab" -q train --data "$folder/data" --config configs/demo.toml --set iterations=4 \
  --set batch=2 --out "$folder/run" >/dev/null
