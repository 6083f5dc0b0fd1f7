#!/usr/bin/env bash
# Many series from many senders at once: each is acknowledged, processed and sent once, and the node's
# memory does not grow with them.
#   many_senders_at_once.sh HEARTLAB STUB HOSTILE [SERIES [SENDERS [real]]]
# With `real`, the networks that come with HeartLab process the series; else a stub does.
set -euo pipefail
heartlab=$(realpath "$1") stub=$(realpath "$2") series=${4:-20} senders=${5:-8} processor=${6:-stub}
here=$(cd "$(dirname "$0")" && pwd)
source "$here/node_lib.sh"
need storescu storescp echoscu curl
models=$(realpath "$here/../../models")
begin
free_port; node_port=$port; free_port; metrics_port=$port; free_port; sink_port=$port

# Series of four small images.
"$heartlab" -q phantom --patients "$series" --slices 2 --phases 2 --size 96 --pixel-spacing 2.5 \
  --out cohort >/dev/null 2>&1
images=$(find cohort -name '*.dcm' | wc -l)
command=("process.command = [\"$stub\"]") each=2
if [[ $processor == real ]]; then
  command=("process.command = []" "process.cavity_model = \"$models/cavity-resnet18.safetensors\""
    "process.myocardium_model = \"$models/myocardium-resnet18.safetensors\"")
  each=4  # SEG, SR and two pages
fi
write_config "send.destinations = [\"dicom://SINK@127.0.0.1:$sink_port\"]" "${command[@]}" \
  'receive.associations = 20' 'receive.idle_s = 120'
start_sink
start_node

resident_kb() { awk '/^VmRSS/ { print $2 }' "/proc/$1/status"; }
listener=$(pgrep -P "$node" | head -1)
watch_memory() {
  while sleep 0.5; do
    echo "$(resident_kb "$node") $(resident_kb "$listener")" >>memory.log 2>/dev/null || return 0
  done
}
watch_memory 2>/dev/null &
watcher=$!
processes+=($watcher)

# One sender: its share of the series, one association each.
sender() {
  local i=0 folder
  for folder in cohort/dicom/*; do
    if ((i++ % senders == $1)); then
      send "$folder" >>"sender$1.log" 2>&1 || { echo "$folder" >>failed.log; }
    fi
  done
}
started=$(date +%s.%N)
waits=()
for ((s = 0; s < senders; s++)); do
  sender $s &
  waits+=($!)
done
wait "${waits[@]}"
received=$(date +%s.%N)
[[ ! -s failed.log ]] || fail "$(wc -l <failed.log) series were not acknowledged whole"
until_true 1200 metric_is series_processed_total "$series" ||
  fail "$(metric series_processed_total) of $series series are processed"
until_true 300 taken_is $((each * series)) || fail "expected $((each * series)) results, found $(taken)"
done_at=$(date +%s.%N)
sleep 1
kill $watcher
[[ $(find spool/series -name '*.dcm' | wc -l) -eq $images ]] || fail "images are missing in the spool"
[[ -z $(taken_twice) ]] || fail "sent twice: $(taken_twice)"
stop_node

awk -v series="$series" -v images="$images" -v senders="$senders" -v processor="$processor" \
  -v receive="$(echo "$received $started" | awk '{ print $1 - $2 }')" \
  -v all="$(echo "$done_at $started" | awk '{ print $1 - $2 }')" '
  NR == 1 { first = $1; first_listener = $2 }
  { last = $1; last_listener = $2; if ($1 > most) most = $1; if ($2 > most_listener) most_listener = $2 }
  END {
    printf "%d series (%d images) from %d senders, %s processor: received in %.1f s (%.1f images/s), ",
      series, images, senders, processor, receive, images / receive
    printf "results out after %.1f s, none lost, none twice\n", all
    printf "resident memory: node %.1f MB at first, %.1f most, %.1f last; listener %.1f, %.1f, %.1f\n",
      first / 1024, most / 1024, last / 1024, first_listener / 1024, most_listener / 1024,
      last_listener / 1024
  }' memory.log
