#!/usr/bin/env bash
# The loader never looks for a library in the folder the program is called in, which may be a stranger's.
set -euo pipefail
heartlab=$1
command -v readelf >/dev/null || { echo "skipped: no readelf (package binutils)"; exit 77; }
files=("$heartlab")
mapfile -t -O 1 files < <(ldd "$heartlab" | awk '/libheartlab/ {print $3}')
[[ ${#files[@]} -gt 1 ]] || { echo "$heartlab links no libheartlab"; exit 1; }
learning=$(dirname "${files[1]}")/libheartlab-learning.so
[[ ! -e $learning ]] || files+=("$learning")
for file in "${files[@]}"; do
  path=$(readelf -d "$file" | sed -nE 's/.*\((RUNPATH|RPATH)\).*\[(.*)\]/\2/p')
  if [[ -n $path && ! ":$path:" =~ ^(:(/|\$ORIGIN)[^:]*)+:$ ]]; then
    echo "$file looks for libraries in '$path'"
    exit 1
  fi
done
echo "${#files[@]} files name whole folders alone"
