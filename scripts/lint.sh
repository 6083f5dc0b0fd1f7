#!/usr/bin/env bash
# lint.sh [FILE...]: clang-format on every file, then clang-tidy on the files that are given, each by
# itself, so that an include it lacks is found too; without any, on all but those that need libtorch,
# several at once as the build compiles them: reading headers costs more than checking. Findings are
# errors.
set -euo pipefail
cd "$(dirname "$0")/.."

git ls-files '*.cc' '*.h' | xargs clang-format --dry-run -Werror
echo "format: clean"

configure() {
  cmake --preset release -B "$1" -DHEARTLAB_UNITY="$2" >/dev/null
}

tidy() {
  local extra=(-Wno-unknown-warning-option)
  # libtorch's torch/types.h alone is not complete in clang's eyes.
  if grep -qE '"heartlab/(nn|train)/' "$2"; then extra+=(-includeATen/core/ivalue.h); fi
  clang-tidy -p "$1" --quiet --checks=-bugprone-suspicious-include "${extra[@]/#/--extra-arg=}" "$2"
}
export -f tidy

if [[ $# -gt 0 ]]; then
  folder=build/lint
  configure $folder OFF
  files=("$@")
else
  folder=build/lint-together
  configure $folder ON
  # libtorch's headers cost clang-tidy a minute: what needs them is linted by name, on demand.
  mapfile -t files < <(grep -o '"file": "[^"]*"' $folder/compile_commands.json | cut -d'"' -f4 |
    grep -e '/cli/' -e '/heartlab/.*Unity/' |
    grep -v -e '/tests/' -e '/heartlab/nn/' -e '/heartlab/train/CMakeFiles/heartlab_train.dir/' \
      -e '/heartlab/segment/torch/')
fi
printf '%s\n' "${files[@]}" | xargs -P "$(nproc)" -I{} bash -c "tidy $folder {}"
echo "clang-tidy: clean, ${#files[@]} files"
