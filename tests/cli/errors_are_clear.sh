#!/usr/bin/env bash
# Bad input ends with one clear line, the status of its kind, and nothing half written.
set -uo pipefail
heartlab=$1
network=$PWD/models/cavity-resnet18.safetensors
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
failures=0

# expect STATUS 'words that must be printed' ARGUMENTS...
expect() {
  local status=$1 words=$2 found=0
  shift 2
  "$heartlab" "$@" >output 2>&1 || found=$?
  if [[ $found -ne $status ]] || ! grep -qi -- "$words" output; then
    echo "heartlab $*"
    echo "  expected status $status and '$words', found status $found and:"
    sed 's/^/  | /' output
    failures=$((failures + 1))
  fi
}

expect_as_user() {
  local program=$heartlab
  heartlab="$work/as-user"
  expect "$@"
  heartlab=$program
}

"$heartlab" phantom --patients 3 --slices 3 --size 160 --out cohort >/dev/null 2>&1 || exit 1
first=$(find cohort/dicom -name '*.dcm' | sort | head -1)

expect 2 'required' prepare
expect 2 'did you mean' prepare --imagse cohort/dicom --labels cohort/matlab --out data
expect 2 'did you mean' prepaer
expect 2 'expected' prepare --images cohort/dicom --labels cohort/matlab --size twelve --out data
expect 2 'split' prepare --images cohort/dicom --labels cohort/matlab --split 0.5,0.1,0.2 --out data
expect 3 'no/such/folder' prepare --images no/such/folder --labels cohort/matlab --out data
mkdir hollow
expect 5 'no image (DICOM or PNG) found' prepare --images hollow --labels cohort/matlab --out data
[[ ! -e data ]] || { echo "a failed prepare left data behind"; failures=$((failures + 1)); }

# A DICOM cut in half: named, counted, passed over; fatal with --strict.
cp -r cohort damaged
size=$(stat -c %s "$first")
damaged=damaged/${first#cohort/}
truncate -s $((size / 2)) "$damaged"
expect 8 "$(basename "$damaged")" prepare --images damaged/dicom --labels cohort/matlab --size 96 \
  --out data
expect 5 "$(basename "$damaged")" prepare --images damaged/dicom --labels cohort/matlab --size 96 \
  --strict --out data-strict
[[ ! -e data-strict ]] || { echo "a strict failure left data behind"; failures=$((failures + 1)); }

# MATLAB files that are none.
mkdir labels
echo 'not a MATLAB file' >labels/PHANTOM-001.mat
expect 5 'PHANTOM-001.mat' prepare --images cohort/dicom --labels labels --label-format matlab \
  --strict --out data2
# One that holds a number and no contours: 128 bytes of header, then the matrix x (MAT-File Format, 2018).
{
  printf '%-116s' 'MATLAB 5.0 MAT-file'
  printf '\0\0\0\0\0\0\0\0\0\1IM\16\0\0\0\70\0\0\0\6\0\0\0\10\0\0\0\6\0\0\0\0\0\0\0\5\0\0\0'
  printf '\10\0\0\0\1\0\0\0\1\0\0\0\1\0\1\0x\0\0\0\11\0\0\0\10\0\0\0\0\0\0\0\0\0\360?'
} >labels/PHANTOM-001.mat
expect 5 "PHANTOM-001.mat: expected .*'endo'.*; found the variables x (1x1 double)" \
  prepare --images cohort/dicom --labels labels --out data2

# Contours outside the image, and masks of another size.
mkdir outside
printf '500 500\n520 500\n520 530\n' >outside/IM-0001-0001-icontour-manual.txt
expect 5 'icontour-manual.txt: the contour leaves the image at x 499.* 160 columns and 160 rows' \
  prepare --images "$(dirname "$first")" --labels outside --target cavity --size 96 --out data2
for size in 96 64; do
  "$heartlab" -q prepare --images cohort/dicom --labels cohort/matlab --size $size --out data-$size >/dev/null
done
expect 5 '0001.png: drawn on 64x64 pixels.* has 96x96' \
  prepare --images data-96/png/images --labels data-64/png/labels --size 96 --out data2
[[ ! -e data2 ]] || { echo "labels that do not fit left data behind"; failures=$((failures + 1)); }

# Models.
expect 3 'none.safetensors' segment --model none.safetensors --out out cohort/dicom
echo 'no model' >foreign.safetensors
expect 5 'foreign.safetensors' segment --model foreign.safetensors --out out cohort/dicom
printf '\x02\x00\x00\x00\x00\x00\x00\x00{}' >other.safetensors
expect 5 'not a HeartLab model' segment --model other.safetensors --out out cohort/dicom
expect 5 'other.safetensors' evaluate --model other.safetensors --data data --out out

# A processor without bf16 says so, and computes.
export ONEDNN_MAX_CPU_ISA=AVX2
expect 0 'does not multiply bf16' segment --model "$network" --precision bf16 --out out "$first"
unset ONEDNN_MAX_CPU_ISA
expect 2 'with.*one model' calibrate --model "$network" --with "$network" --data data-96 \
  --subset test --out calibrated.safetensors
# The confidence is of masks of one view.
expect 0 'confidence.*left out' segment --model "$network" --tta --out out "$first"
[[ -z $(tail -1 out/areas.csv | cut -d, -f7) ]] ||
  { echo "a confidence where it does not hold"; failures=$((failures + 1)); }

expect 2 'tta.*views\|views.*tta' segment --model "$network" --tta --views 4 --out out "$first"

# Training options, whether or not the program can train.
expect 2 "did you mean 'momentum'" train --data data --set momentun=0.9 --out run
printf 'batch = 2\nbatsh = 3\n' >config.toml
expect 2 'config.toml, line 2' train --data data --config config.toml --out run
expect 3 'missing.toml' train --data data --config missing.toml --out run
expect 3 'nowhere' train --data nowhere --out run

# A full disk and a folder that may not be written, where this machine lets us make them.
if [[ $(id -u) -eq 0 ]] && mkdir full && mount -t tmpfs -o size=64k tmpfs full 2>/dev/null; then
  expect 7 'space' prepare --images cohort/dicom --labels cohort/matlab --size 96 --out full/data
  [[ -z $(ls -A full) ]] || { echo "a full disk left: $(ls -A full)"; failures=$((failures + 1)); }
  umount full
fi
# No permission; root, whom nothing is forbidden, becomes nobody.
as_user=()
[[ $(id -u) -ne 0 ]] || as_user=(setpriv --reuid=65534 --regid=65534 --clear-groups)
chmod -R a+rX "$work"
mkdir closed locked && chmod 555 closed && chmod 000 locked
printf '#!/bin/sh\nexec %s "$@"\n' "${as_user[*]} $heartlab" >as-user && chmod 755 as-user
if ./as-user --version >/dev/null 2>&1; then
  expect_as_user 4 'closed' prepare --images cohort/dicom --labels cohort/matlab --size 96 \
    --out closed/data
  expect_as_user 4 'locked' prepare --images locked/dicom --labels cohort/matlab --out data3
  # What could be opened at last is done by --resume.
  mkdir -m 777 -p pictures theirs
  for name in one two; do cp "$(find data-96/png/images -name '*.png' | sort | head -1)" pictures/$name.png; done
  chmod 644 pictures/two.png && chmod 000 pictures/one.png
  expect_as_user 8 '1 of the files gave no image' segment --model "$network" --out theirs/out pictures
  chmod 644 pictures/one.png
  expect_as_user 0 '2 images segmented' segment --model "$network" --out theirs/out --resume pictures
  expect_as_user 4 'locked' evaluate --model locked/model.safetensors --data data --out out
else
  echo "without permission: not tried, another user cannot run $heartlab"
fi

[[ $failures -eq 0 ]] && echo "every error was clear"
exit $((failures > 0))
