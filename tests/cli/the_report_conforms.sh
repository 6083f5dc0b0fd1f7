#!/usr/bin/env bash
# heartlab measure gives tables, pictures and a report in which dciodvfy finds no error and which
# DCMTK reads; what a shell cannot check for want of a tool is skipped.
set -euo pipefail
heartlab=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

"$heartlab" -q phantom --patients 1 --slices 6 --phases 3 --size 96 --pixel-spacing 2.6 --out cohort \
  >/dev/null
"$heartlab" -q measure --labels cohort/matlab --rv-insertion 30,30 --out out cohort/dicom >printed 2>warned
grep -q 'LVEF [0-9.]* %' printed
test ! -s warned || { cat warned; exit 1; }
for file in measurements.csv measurements.json volumes.csv volume_curve.png bullseye.png report.png \
  contours.png sr.dcm sc-1.dcm sc-2.dcm manifest.json; do
  test -s out/$file
done
test "$(wc -l <out/volumes.csv)" -eq 4

# A bare name is a file of the folder that one stands in; a spreadsheet's mark is no column's name.
cp cohort/matlab/PHANTOM-001.mat bare.mat
printf '\xef\xbb\xbfslice,x,y\r\n1,30,30\r\n' >insertions.csv
"$heartlab" -q measure --labels bare.mat --rv-insertions insertions.csv --out bare cohort/dicom >bare.txt
grep -q 'LVEF [0-9.]* %' bare.txt
test -s bare/bullseye.png

# What of the source's header was mended is said to the quiet too.
if command -v dcmodify >/dev/null; then
  cp -r cohort undated
  find undated/dicom -name '*.dcm' -exec dcmodify -nb -m '(0008,0020)=' {} +
  "$heartlab" -q measure --labels undated/matlab --out again undated/dicom 2>warned >/dev/null
  grep -q 'warning: PHANTOM-001: the source states no valid date' warned
fi

# Refused before anything is written.
status=0
"$heartlab" measure --labels cohort/matlab --end-systole 9 --out bad cohort/dicom 2>message || status=$?
test $status -eq 2
grep -q 'phases 1 to 3' message
test ! -e bad

# A slice taken away: named, and the volume refused.
cp -r cohort hole
rm hole/dicom/PHANTOM-001/000[789].dcm
"$heartlab" -q measure --labels hole/matlab --out refused hole/dicom >printed || true
grep -q 'a slice is missing' printed
grep -q 'no LVEDV' printed

# Scars.
"$heartlab" -q phantom --patients 1 --slices 5 --size 128 --pixel-spacing 1.9 --scar 0.2 --out lge \
  >/dev/null
"$heartlab" -q measure --labels lge/matlab --late-enhancement --out enhanced lge/dicom | grep -q enhanced
test -s enhanced/late_enhancement.png -a -s enhanced/enhanced/slice_01_mask.png

if ! command -v dciodvfy >/dev/null || ! command -v dsr2html >/dev/null; then
  echo "the report is not validated: dciodvfy (dicom3tools) or dsr2html (dcmtk) is not installed"
  exit 77
fi
for report in out enhanced; do
  dciodvfy $report/sr.dcm >verified 2>&1 || true
  grep -q ComprehensiveSR verified
  ! grep -q '^Error' verified || { cat verified; exit 1; }
  for page in $report/sc-1.dcm $report/sc-2.dcm; do
    dciodvfy $page >verified 2>&1 || true
    grep -q SCImage verified
    ! grep -q '^Error' verified || { cat verified; exit 1; }
  done
  dsr2html $report/sr.dcm $report.html
  grep -q 'Left Ventricular End Diastolic Volume' $report.html
done
grep -q 'Enhanced share of myocardium by half maximum' enhanced.html
