#!/usr/bin/env bash
# Killed at random moments, with its destination down for a while and a series that kills whatever
# processes it, the node loses nothing that it acknowledged and sends no result twice.
#   nothing_is_lost_or_sent_twice.sh HEARTLAB STUB HOSTILE [KILLS [SERIES [SECONDS_DOWN]]]
set -euo pipefail
heartlab=$(realpath "$1") stub=$(realpath "$2") kills=${4:-6} series=${5:-6} down=${6:-3}
source "$(dirname "$0")/node_lib.sh"
need storescu curl Orthanc
in_private_network "$@"
begin
free_port; node_port=$port; free_port; metrics_port=$port; free_port; sink_port=$port
free_port; orthanc_http=$port
export STUB_SECONDS=0.3 STUB_POISON=3

"$heartlab" -q phantom --patients "$series" --slices 1 --phases 4 --size 96 --pixel-spacing 2.5 \
  --out cohort >/dev/null 2>&1
# A series of three images: poison.
"$heartlab" -q phantom --patients 1 --slices 1 --phases 3 --size 96 --pixel-spacing 2.5 --seed 99 \
  --out poison >/dev/null 2>&1
images=$(find cohort -name '*.dcm' | wc -l)
write_config "send.destinations = [\"dicom://ORTHANC@127.0.0.1:$sink_port\"]"
start_orthanc_sink
start_node

# Sends every series until each was acknowledged whole, whatever happens to the node.
send_all() {
  local folder
  for folder in cohort/dicom/* poison/dicom/*; do
    until send "$folder" >/dev/null 2>&1; do sleep 0.3; done
  done
}
send_all &
sending=$!
processes+=($sending)

for ((i = 1; i <= kills; i++)); do
  sleep "$(awk -v r=$RANDOM 'BEGIN { print 0.2 + r / 32768 * 1.5 }')"
  kill -9 "$node"
  wait "$node" 2>/dev/null || true
  start_node
  if ((i == kills / 2)); then
    stop_orthanc
    sleep "$down"
    start_orthanc_sink
  fi
done
wait $sending

results=$((2 * series))
until_true 180 taken_is $results || fail "expected $results results, found $(taken)"
until_true 60 metric_is series_set_aside 1 || fail "the poison was not set aside"
until_true 30 metric_is results_waiting 0 || fail "results still wait"
sleep 1
taken_is $results || fail "expected $results results at the end, found $(taken)"
[[ $(find spool/series -name '*.dcm' | wc -l) -eq $((images + 3)) ]] ||
  fail "expected $((images + 3)) images in the spool"
"$heartlab" node --config node.toml --list | grep 'set aside' | grep -q 'signal 11' ||
  fail "--list does not say why a series was set aside"

[[ -z $(taken_twice) ]] || fail "sent twice: $(taken_twice)"
asked=$(grep -c '"destination asked"' node.log || true)
spared=$(grep -c '"has_it":true' node.log || true)

# What was set aside is tried again when asked.
stop_node
unset STUB_POISON
start_node
"$heartlab" node --config node.toml --retry all
until_true 30 taken_is $((results + 2)) || fail "the retry gave no result"
stop_node
! grep -q PHANTOM node.log || fail "the log names a patient"
echo "$kills kills, destination down for $down s: $images images and $results results, none lost, none" \
  "sent twice; the destination was asked $asked times about a result on its way and had it $spared times"
