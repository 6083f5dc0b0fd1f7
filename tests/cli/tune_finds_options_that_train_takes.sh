#!/usr/bin/env bash
# tune draws trials, lets the better ones train on and writes a configuration that train takes;
# killed and resumed it ends with the same table. A bad space is refused at once.
#   tune_finds_options_that_train_takes.sh HEARTLAB
set -euo pipefail
heartlab=$(realpath "$1")
source "$(dirname "$0")/../train/train_lib.sh"

mapfile -t options < <(settings backbone=resnet18 network=deeplabv3plus decoder_channels=8 \
  low_level_channels=8 iterations=8 schedules=fixed validate_every=2)
tune=("$heartlab" -q tune --data data --trials 4 --rungs 2 --device cpu "${options[@]}")

cat >space.toml <<'TOML'
rates = { min = 1e-3, max = 1e-1, log = true }
optimiser = ["sgd", "adamw"]
TOML
"${tune[@]}" --space space.toml --out whole >said 2>messages || failed "tune"
grep -q '^best: trial' said
test "$(wc -l <whole/trials.csv)" -eq 5
test "$(wc -l <whole/journal.jsonl)" -eq 6 || failed "four trials and two of them again"
test "$(grep -c '^[0-9]*,2,8,' whole/trials.csv)" -eq 2 || failed "two trials come to eight iterations"
"$heartlab" -q train --data data --config whole/best.toml --set iterations=2 --out run \
  >messages 2>&1 || failed "train does not take best.toml"

# Killed in the third trial.
"${tune[@]}" --space space.toml --out cut >messages 2>&1 &
process=$!
until [[ -e cut/trial-003/run/checkpoints ]]; do
  kill -0 $process 2>/dev/null || failed "it ended before it could be killed"
  sleep 0.05
done
kill -9 $process
wait $process 2>/dev/null || true
"${tune[@]}" --space space.toml --out cut --resume >messages 2>&1 || failed "it does not go on"
for file in trials.csv best.toml journal.jsonl; do cmp whole/$file cut/$file; done

# refuse WORDS TEXT: a space of this text is refused with these words.
refuse() {
  local status=0
  printf '%b' "$2" >bad.toml
  "${tune[@]}" --space bad.toml --out bad >messages 2>&1 || status=$?
  [[ $status -eq $3 ]] && grep -q "$1" messages || failed "expected status $3 and '$1', found $status"
  [[ ! -e bad ]] || failed "a bad space left something behind"
}
refuse "did you mean 'rates'" 'rate = [1e-3]\n' 2
refuse 'bad.toml.*adamw' 'optimiser = ["adam"]\n' 2
refuse 'min 2 is above max 1' 'batch = { min = 2, max = 1 }\n' 2
refuse 'line 1: not valid TOML' 'batch = {\n' 5
echo "four trials, two of them to the end"
