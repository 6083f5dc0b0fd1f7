#!/usr/bin/env bash
# phantom, prepare, train, evaluate, compare and segment work together, and a second prepare gives
# the same bytes.
set -euo pipefail
heartlab=$1
configs=$PWD/configs
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

"$heartlab" -q phantom --patients 4 --slices 3 --size 160 --out cohort >/dev/null
for name in data again; do
  "$heartlab" -q prepare --images cohort/dicom --labels cohort/matlab --target cavity --size 64 \
    --standardise image --split 0.5,0.25,0.25 --out $name >/dev/null
done
diff -r data again

"$heartlab" -q train --data data --config "$configs/demo.toml" --set iterations=4 --set batch=2 \
  --set validate_every=2 --out run >/dev/null
for file in model.safetensors last.safetensors log.csv validation.csv curves.svg manifest.json; do
  test -s run/$file
done
"$heartlab" -q evaluate --model run/model.safetensors --data data --subset test --out eval >/dev/null
for key in pixel_accuracy mean_accuracy mean_iou mean_dice frequency_weighted_iou images missed \
  dice_image_mean dice_patient_mean dice_patient_ci95 hd95_mm assd_mm; do
  grep -q "\"$key\"" eval/metrics.json || { echo "metrics.json has no $key"; exit 1; }
done
test -s eval/per_image.csv -a -s eval/tables.md -a -s eval/report.html
"$heartlab" -q compare --model run/model.safetensors run/last.safetensors --data data \
  --subset test --out compared >/dev/null
"$heartlab" -q segment --model run/model.safetensors --out contours cohort/dicom >/dev/null
images=$(find cohort/dicom -name '*.dcm' | wc -l)
test "$(find contours -name '*_mask.png' | wc -l)" -eq "$images"
test "$(find contours -name '*_contours.json' | wc -l)" -eq "$images"
test "$(wc -l <contours/areas.csv)" -eq $((images + 1))

# What a network drew becomes labels again, from the folder as it stands.
cavity=$(dirname "$configs")/models/cavity-resnet18.safetensors
"$heartlab" -q segment --model "$cavity" --write mat --out drawn cohort/dicom >/dev/null 2>&1
"$heartlab" -q prepare --images cohort/dicom --labels drawn --target cavity --split 1,0,0 --out redrawn \
  >/dev/null 2>message || { cat message; exit 1; }

# The same in 8 bits, which the model file then asks for.
"$heartlab" -q quantize --model run/model.safetensors --data data --images 4 --agreement 0.5 \
  --out run/int8.safetensors >table
grep -q '^| int8 |' table
"$heartlab" -q segment --model run/int8.safetensors --out eight cohort/dicom >/dev/null
grep -q '"engine": ".*int8' eight/manifest.json
test "$(wc -l <eight/areas.csv)" -eq $((images + 1))

# Several inputs, one of a name with a comma; and no results among those of another command.
mkdir "a,b"
mapfile -t two < <(find cohort/dicom -name '*.dcm' | sort | head -2)
cp "${two[0]}" "a,b/one.dcm"
"$heartlab" -q segment --model run/model.safetensors --out few "a,b/one.dcm" "${two[1]}" >/dev/null
test "$(wc -l <few/areas.csv)" -eq 3
status=0
"$heartlab" -q segment --model run/model.safetensors --out data "${two[1]}" 2>message || status=$?
test $status -eq 2
grep -q 'heartlab prepare' message
echo "from phantom to contours: $images images"
