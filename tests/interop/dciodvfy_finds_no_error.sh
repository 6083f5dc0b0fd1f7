#!/usr/bin/env bash
# dicom3tools' dciodvfy reports no error in a SEG of a synthetic heart, nor in the pair of SEG and report
# that measure writes of it; in one of a real heart only
# those that the source's own UIDs bring.
source tests/interop/common.sh
command -v dciodvfy >/dev/null || skip "no dciodvfy (package dicom3tools)"

phantom --patients 1 --slices 3 --phases 3
for structure in cavity myocardium; do
  segment $structure "$work/$structure" "$work/cohort/dicom" --write seg,rtstruct \
    --save-probabilities
done
"$heartlab" -q measure --cavity-model "$project/models/cavity-resnet18.safetensors" \
  --myocardium-model "$project/models/myocardium-resnet18.safetensors" --out "$work/measured" \
  "$work/cohort/dicom" >/dev/null
grep -q 'Referenced Segment' "$work/measured/sr.dcm"
mapfile -t files < <(find "$work" -name '*seg.dcm' -o -name '*_rtstruct.dcm' -o -name sr.dcm \
  -o -name 'sc-?.dcm' | sort)
test ${#files[@]} -eq 10
for file in "${files[@]}"; do
  dciodvfy "$file" >"$work/report" 2>&1 || true
  grep -q '^Segmentation$\|^RTStructureSet$\|^ComprehensiveSR$\|^SCImage$' "$work/report" || { cat "$work/report"; exit 1; }
  if grep '^Error' "$work/report"; then
    echo "in $file"
    exit 1
  fi
done
echo "no error in ${#files[@]} objects of a synthetic heart"

hearts=$(realpath -m "${HEARTLAB_SUNNYBROOK:-$project/../shared/data/sunnybrook}/dicom")
if [[ ! -d $hearts ]]; then
  echo "real hearts not found: set HEARTLAB_SUNNYBROOK to the data set's folder"
  exit 0
fi
for patient in "$hearts"/*; do
  mkdir -p "$work/few/$(basename "$patient")"
  find "$patient" -name '*.dcm' | sort | head -4 |
    xargs -I{} ln -s {} "$work/few/$(basename "$patient")/"
done
segment cavity "$work/real" "$work/few" --write seg
count=0
for file in "$work"/real/*/*_seg.dcm; do
  dciodvfy "$file" >"$work/report" 2>&1 || true
  # The anonymised UIDs of these files have components with leading zeros. They are kept: by them
  # the SEG joins its study. The last line of the two sums the first up.
  if grep '^Error' "$work/report" |
    grep -v -e 'UID .*<2\.16\.124\.113543\.6006\.99\.0[0-9]*> - Leading zeroes' \
            -e '^Error - Dicom dataset contains invalid data values for Value Representations$'; then
    echo "in $file"
    exit 1
  fi
  count=$((count + 1))
done
test $count -ge 4
echo "only the source's own errors in $count objects of real hearts"
