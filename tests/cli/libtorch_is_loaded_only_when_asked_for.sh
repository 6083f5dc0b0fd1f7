#!/usr/bin/env bash
# Neither the program nor libheartlab links libtorch, nothing but training and --engine torch loads
# it, and the module that does shares one library with the program: its errors, signals and silence
# are those of the program. Without the module the program says so.
set -euo pipefail
heartlab=$(realpath "$1")
libraries=$(dirname "$(ldd "$heartlab" | awk '/libheartlab/ {print $3}')")
beside=$(realpath --relative-to="$(dirname "$heartlab")/.." "$libraries")
model=$PWD/models/cavity-resnet18.safetensors
configs=$PWD/configs
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
wrong() { echo "$*"; exit 1; }

for file in "$heartlab" "$libraries/libheartlab.so"; do
  ldd "$file" >linked
  ! grep -E 'libtorch|libc10|not found' linked || wrong "$file links the above"
done

# loaded ARGUMENTS...: runs heartlab; every library the process loads, by name, into the file of
# that name.
loaded() {
  rm -f trace*
  LD_DEBUG=files LD_DEBUG_OUTPUT=trace "$heartlab" "$@" >printed 2>&1 || wrong "$* failed: $(cat printed)"
  sed -n 's|.*calling init: .*/||p' trace* >loaded
}

loaded -q phantom --patients 3 --slices 2 --phases 2 --size 160 --out cohort
loaded -q prepare --images cohort/dicom --labels cohort/matlab --target cavity --size 64 --out data
for command in "--version" "train --help" "reference" "segment --model $model --out masks cohort/dicom"; do
  # shellcheck disable=SC2086
  loaded $command
  grep -q libheartlab loaded || wrong "$command: no list of libraries"
  ! grep -E 'libtorch|libc10' loaded || wrong "$command loaded the above"
done
grep -q libdnnl loaded || wrong "segment ran without oneDNN"
loaded segment --engine torch --model "$model" --out torch-masks cohort/dicom
grep -q libtorch loaded || wrong "--engine torch ran without libtorch"

# One library in the process: silence, an error thrown by the module, a signal.
train=("$heartlab" -q train --data data --config "$configs/demo.toml" --set batch=2
       --set iterations=1000000 --set validate_every=1 --out run)
"${train[@]}" 2>messages >printed &
for _ in $(seq 600); do
  [[ -s run/validation.csv ]] && break
  sleep 0.1
done
kill -TERM $!
status=0
wait $! || status=$?
[[ $status -eq 130 ]] || wrong "a signal ended training with status $status: $(cat messages)"
grep -q '^heartlab: stopped at iteration' messages && [[ $(wc -l <messages) -eq 1 ]] ||
  wrong "expected one line about the signal, found: $(cat messages)"
status=0
"${train[@]}" 2>messages || status=$?
[[ $status -eq 2 ]] && grep -q 'resume' messages ||
  wrong "a second run into the first's folder: status $status, $(cat messages)"

# An installation without the module.
mkdir -p other/cli other/"$beside"
cp "$heartlab" other/cli/
cp -P "$libraries"/libheartlab.so* other/"$beside"/
status=0
other/cli/heartlab train --data data --out run2 2>messages || status=$?
[[ $status -eq 6 ]] &&
  grep -q "heartlab train: not part of this installation: expected libheartlab-learning.so in $PWD/other/$beside" \
    messages || wrong "without the module: status $status, $(cat messages)"
[[ ! -e run2 ]] || wrong "left run2 behind"
printf 'no library' >other/"$beside"/libheartlab-learning.so
status=0
other/cli/heartlab segment --engine torch --model "$model" --out x cohort/dicom 2>messages || status=$?
[[ $status -eq 6 ]] && grep -q 'engine torch: .*libheartlab-learning.so cannot be loaded' messages ||
  wrong "a module that is none: status $status, $(cat messages)"
echo "libtorch is loaded only when asked for"
