#!/usr/bin/env bash
# The example finds the installed package, builds against it, and draws what the program draws.
set -euo pipefail
build=$(realpath "$1")
source=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
wrong() { echo "$*"; exit 1; }

cmake --install "$build" --prefix "$work/prefix" >/dev/null
cmake -S "$source/examples/hello_heart" -B hello -DCMAKE_PREFIX_PATH="$work/prefix" \
  -DCMAKE_BUILD_TYPE=Release >configure.log 2>&1 || wrong "$(cat configure.log)"
grep -q "$work/prefix" hello/CMakeCache.txt || wrong "another installation was found"
cmake --build hello >build.log 2>&1 || wrong "$(cat build.log)"

heartlab=$work/prefix/bin/heartlab
model=$work/prefix/share/heartlab/models/cavity-resnet18.safetensors
"$heartlab" -q phantom --patients 1 --slices 3 --phases 2 --size 256 --out cohort >/dev/null
image=$(find cohort/dicom -name '*.dcm' | sort | head -1)
"$heartlab" -q segment --model "$model" --out drawn "$image" >/dev/null

# C++: the same mask, byte for byte.
hello/hello_heart_cxx "$model" "$image" mask.png >printed
cmp mask.png drawn/*_mask.png
area=$(sed -n 's/^cavity: \([0-9]*\) pixels.*/\1/p' printed)
[[ $area -gt 0 ]] || wrong "nothing found: $(cat printed)"

# C: the same area, on the image's pixels as a PGM file.
{
  printf 'P5\n256 256\n65535\n'
  tail -c $((256 * 256 * 2)) "$image" | dd conv=swab status=none
} >heart.pgm
hello/hello_heart "$model" heart.pgm >printed
cat printed
grep -q "^cavity: $area pixels, by oneDNN" printed || wrong "expected $area pixels"
grep -q '#' printed || wrong "no mask was printed"

# Errors end in a sentence and a status, in both languages.
for program in "hello_heart none.safetensors heart.pgm" "hello_heart_cxx none.safetensors $image x.png"; do
  status=0
  # shellcheck disable=SC2086
  hello/$program 2>message || status=$?
  [[ $status -eq 3 ]] && grep -q 'none.safetensors' message || wrong "$program: $status, $(cat message)"
done
! ldd hello/hello_heart | grep -E 'libtorch|libc10|not found' || wrong "hello_heart links the above"
