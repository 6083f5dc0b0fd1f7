#!/usr/bin/env bash
# dark_hearts.sh HEARTLAB [OUT]: what each standardisation does for images that are too dark. A cohort
# of phantoms of which four patients are dark; networks that were trained on the others alone draw on
# the dark ones. Prints a table; about five minutes of two cores.
set -euo pipefail
heartlab=$(realpath "${1:?usage: dark_hearts.sh HEARTLAB [OUT]}")
out=${2:-out/dark}
[[ ! -e $out ]] || { echo "dark_hearts: $out exists; give another OUT" >&2; exit 2; }
mkdir -p "$out"
"$heartlab" phantom --patients 16 --dark 4 --slices 6 --size 192 --seed 11 --out "$out/cohort" >"$out/log"
dark=$(python3 -c 'import json, sys
truth = json.load(open(sys.argv[1]))
print(",".join(truth["dark_patients"]))' "$out/cohort/truth.json")

echo "| \`--standardise\` | dark images | still dark to the network | nothing drawn on | mean Dice |"
echo "|---|---:|---:|---:|---:|"
for standardise in dataset image patient nyul; do
  run=$out/$standardise
  "$heartlab" prepare --images "$out/cohort/dicom" --labels "$out/cohort/matlab" --target cavity \
    --size 128 --split 1,0,0 --test-patients "$dark" --standardise "$standardise" \
    --out "$run-data" >>"$out/log" 2>&1
  "$heartlab" train --data "$run-data" --config configs/demo.toml --set validate_every=0 \
    --out "$run" >>"$out/log" 2>&1
  "$heartlab" evaluate --model "$run/last.safetensors" --data "$run-data" --subset test \
    --without-training-side --out "$run-evaluation" >>"$out/log" 2>&1
  python3 -c 'import json, sys
name, data, evaluation = sys.argv[1:]
summary = json.load(open(data + "/summary.json"))
metrics = json.load(open(evaluation + "/metrics.json"))
print("| `%s` | %d | %d | %d of %d | %.3f |" % (name, len(summary["dark_images"]),
      len(summary["still_dark"]), metrics["missed"], metrics["images"],
      metrics["classes"][0]["dice_image_mean"]))' "$standardise" "$run-data" "$run-evaluation"
done
