# Read by the scripts beside it: a temporary folder, and results of both models on synthetic hearts.
set -euo pipefail
heartlab=$1
project=$PWD
here=$project/tests/interop
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

skip() { echo "skipped: $*"; exit 77; }

source "$project/tests/support/python.sh"

phantom() { "$heartlab" -q phantom --size 160 --pixel-spacing 1.6 --out "$work/cohort" "$@" >/dev/null; }

# segment STRUCTURE OUT INPUT OPTIONS...: what is mended is in OUT.log.
segment() {
  local structure=$1 out=$2 input=$3
  shift 3
  "$heartlab" -q segment --model "$project/models/$structure-resnet18.safetensors" --out "$out" "$@" \
    "$input" >/dev/null 2>"$out.log" || { cat "$out.log"; return 1; }
}
