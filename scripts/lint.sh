#!/usr/bin/env bash
# Format and lint: clang-format on every file, clang-tidy on those that were given, or on all.
# Findings are errors.
set -euo pipefail
cd "$(dirname "$0")/.."

git ls-files '*.cc' '*.h' | xargs clang-format --dry-run -Werror
echo "format: clean"

# clang-tidy cannot read what GCC precompiled, and wants each file by itself.
cmake --preset release -B build/lint -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON -DHEARTLAB_UNITY=OFF \
  >/dev/null
if [[ $# -gt 0 ]]; then
  files=("$@")
else
  # libtorch's headers cost clang-tidy a minute a file: those files are linted by name, on demand.
  mapfile -t files < <(git ls-files 'heartlab/*.cc' 'cli/*.cc' |
    grep -v -e '^heartlab/nn/' -e '^heartlab/train/' -e '^heartlab/segment/torch/')
fi
printf '%s\n' "${files[@]}" |
  xargs -P "$(nproc)" -n 4 clang-tidy -p build/lint --quiet --extra-arg=-Wno-unknown-warning-option
echo "clang-tidy: clean, ${#files[@]} files"
