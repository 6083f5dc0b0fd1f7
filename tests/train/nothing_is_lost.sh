#!/usr/bin/env bash
# A run that is killed, terminated, finds its disk full or may no longer write, each at random moments,
# and is resumed, ends with the bytes of one that nothing befell; it always says why it ended, and
# nothing in its folder is ever half written.
#   nothing_is_lost.sh HEARTLAB [KILLS [TERMINATIONS [FULL_DISKS [WITHOUT_PERMISSION [ITERATIONS]]]]]
set -euo pipefail
heartlab=$(realpath "$1") kills=${2:-3} terminations=${3:-1} full_disks=${4:-1} locked=${5:-1}
iterations=${6:-24}
RANDOM=7
source "$(dirname "$0")/train_lib.sh"
need_python json
mapfile -t options < <(settings backbone=resnet18 "iterations=$iterations" validate_every=5 \
  checkpoint_every=3)

# life FOLDER COMMAND...: the rest of a run in the background, by way of COMMAND.
life() {
  local folder=$1 go_on=()
  shift
  # What ended before its first checkpoint is started again, as the program itself says.
  [[ -z $(find "$folder/checkpoints" -name '*.safetensors' 2>/dev/null) ]] || go_on=(--resume)
  "$@" "$heartlab" train --data data "${options[@]}" --device cpu --out "$folder" "${go_on[@]}" \
    >messages 2>&1 &
  process=$!
}

a_while() { sleep "$(awk -v r=$RANDOM -v most="$1" 'BEGIN { print 0.3 + r / 32768 * most }')"; }

# Everything under its final name is whole, and only a killed process leaves temporary names.
expect_whole() {
  "$python" - "$1" <<'PY' || failed "something in $1 is half written"
import json, pathlib, struct, sys
run = pathlib.Path(sys.argv[1])
for file in run.rglob("*.safetensors"):
    data = file.read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + length])
    end = max(t["data_offsets"][1] for n, t in header.items() if n != "__metadata__")
    assert len(data) == 8 + length + end, file
for file in run.glob("*.csv"):
    text = file.read_text()
    assert text == "" or text.endswith("\n"), file
    assert len({line.count(",") for line in text.splitlines()}) <= 1, file
for file in run.glob("*.json"):
    json.loads(file.read_text())
PY
}

expect_end() {
  local status=0
  wait "$process" || status=$?
  [[ $status -eq $1 ]] || failed "expected status $1, found $status"
  ! grep -q 'passed over' messages || failed "a checkpoint was damaged"
}

# Resumed after its end a run stays as it is, so that more can befall it than it has room for: a
# finished one makes room for a new one.
anew_if_finished() {
  if [[ -e $1/last.safetensors ]] && grep -q 'iterations in' messages; then
    cmp whole/last.safetensors "$1/last.safetensors"
    find "$1" -mindepth 1 -delete
    finished=$((finished + 1))
  fi
}

finish() {
  life "$@"
  expect_end 0
  expect_whole "$1"
  for file in model.safetensors last.safetensors validation.csv; do
    cmp "whole/$file" "$1/$file" || failed "$1/$file is not that of an uninterrupted run"
  done
  [[ -z $(find "$1" -name '*.tmp-*') ]] || failed "left: $(find "$1" -name '*.tmp-*')"
}

start=$EPOCHREALTIME
life whole
expect_end 0
whole_time=$(awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }')
finished=0

for ((i = 1; i <= kills; i++)); do
  life killed
  a_while "$whole_time"
  kill -9 "$process" 2>/dev/null || true
  wait "$process" 2>/dev/null || true
  ! grep -q 'passed over' messages || failed "a checkpoint was damaged"
  [[ ! -e killed ]] || expect_whole killed
  anew_if_finished killed
done
finish killed
echo "$kills kills (a whole run takes $whole_time s): the same bytes"

longest=0
for ((i = 1; i <= terminations; i++)); do
  life terminated
  a_while "$whole_time"
  start=$EPOCHREALTIME
  kill -TERM "$process" 2>/dev/null || true
  status=0
  wait "$process" || status=$?
  # 143: it came before the program had begun.
  [[ $status -eq 130 || $status -eq 0 || ($status -eq 143 && ! -s messages) ]] ||
    failed "SIGTERM: status $status"
  longest=$(awk -v a="$start" -v b="$EPOCHREALTIME" -v l="$longest" \
    'BEGIN { d = b - a; printf "%.2f", (d > l ? d : l) }')
  expect_whole terminated
  anew_if_finished terminated
done
((terminations == 0)) || finish terminated
echo "$terminations terminations, each over within $longest s: the same bytes"

# A file system that somebody else fills.
mkdir small
if mount -t tmpfs -o size=600m tmpfs small 2>/dev/null; then
  trap 'umount -l "$work/small"; rm -rf "$work"' EXIT
  for ((i = 1; i <= full_disks; i++)); do
    life small/run
    a_while "$whole_time"
    head -c 700M /dev/zero >small/filler 2>/dev/null || true
    status=0
    wait "$process" || status=$?
    rm small/filler
    if [[ $status -ne 0 ]]; then
      [[ $status -eq 7 ]] && grep -q '^heartlab: .*small.*space' messages ||
        failed "a full disk: status $status"
    fi
    [[ ! -e small/run ]] || expect_whole small/run
    [[ -z $(find small -name '*.tmp-*') ]] || failed "left: $(find small -name '*.tmp-*')"
    anew_if_finished small/run
  done
  finish small/run
  echo "$full_disks full disks: said so, the same bytes"
else
  echo "full disks: skipped, no tmpfs can be mounted"
fi

# Root, whom nothing is forbidden, becomes nobody.
as_user=()
mkdir home
if [[ $(id -u) -eq 0 ]]; then
  as_user=(setpriv --reuid=65534 --regid=65534 --clear-groups)
  chown 65534:65534 home
fi
chmod -R a+rX cohort data
if "${as_user[@]}" "$heartlab" --version >/dev/null 2>&1; then
  for ((i = 1; i <= locked; i++)); do
    life home/run "${as_user[@]}"
    until [[ -d home/run/checkpoints ]] || ! kill -0 "$process" 2>/dev/null; do sleep 0.05; done
    a_while "$whole_time"
    find home/run -type d -exec chmod 555 {} +
    status=0
    wait "$process" || status=$?
    find home/run -type d -exec chmod 755 {} +
    if [[ $status -ne 0 ]]; then
      [[ $status -eq 4 ]] && grep -q '^heartlab: .*home/run.*[Pp]ermission' messages ||
        failed "without permission: status $status"
    fi
    expect_whole home/run
    anew_if_finished home/run
  done
  finish home/run "${as_user[@]}"
  echo "$locked times without permission: said so, the same bytes"
else
  echo "without permission: skipped, another user cannot run $heartlab"
fi
echo "nothing was lost; $finished runs ended before something befell them"
