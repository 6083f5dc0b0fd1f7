#!/usr/bin/env bash
# A SEG that pydicom and numpy unpack has, image by image, the pixels of the PNG masks and the place
# of its source, and what it says of probabilities is what was saved; of plain, of RLE-compressed and of shuffled sources.
source tests/interop/common.sh
need_python pydicom numpy

phantom --patients 2 --slices 3 --phases 2
for structure in cavity myocardium; do
  segment $structure "$work/$structure" "$work/cohort/dicom" --write png,seg --save-probabilities
  "$python" "$here/seg_against_png.py" "$work/cohort/dicom" "$work/$structure" | tee "$work/said"
  ! grep -q ' 0 probabilities' "$work/said"
done

command -v dcmcrle >/dev/null || { echo "RLE not tried: no dcmcrle (package dcmtk)"; exit 0; }
mkdir "$work/rle"
number=900
for file in "$work"/cohort/dicom/*/*.dcm; do
  dcmcrle "$file" "$work/rle/$((number--)).dcm"
done
segment cavity "$work/compressed" "$work/rle" --write png,seg
"$python" "$here/seg_against_png.py" "$work/rle" "$work/compressed"
