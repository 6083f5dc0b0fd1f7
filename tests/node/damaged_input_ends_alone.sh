#!/usr/bin/env bash
# Damaged PDUs and objects, from peers that are listed and from others, end at most their own
# association: the node goes on, nobody who is not listed gets anything in, and every image that was
# acknowledged to good senders in between is kept.
#   damaged_input_ends_alone.sh HEARTLAB STUB HOSTILE [COUNT [STUDIES]]
set -euo pipefail
heartlab=$(realpath "$1") stub=$(realpath "$2") hostile=$(realpath "$3") count=${4:-100} studies=${5:-20}
source "$(dirname "$0")/node_lib.sh"
need storescu storescp echoscu curl
begin
free_port; node_port=$port; free_port; metrics_port=$port; free_port; sink_port=$port
"$heartlab" -q phantom --patients "$((studies + 1))" --slices 1 --phases 2 --size 96 --pixel-spacing 2.5 --out cohort \
  >/dev/null 2>&1
# What is damaged is of a patient of its own: whole but other, it would keep the good one out.
mkdir damaged
mv "$(find cohort/dicom -mindepth 1 -maxdepth 1 | sort | head -1)" damaged/
first=$(find damaged -name '*.dcm' | sort | head -1)
write_config "send.destinations = [\"dicom://SINK@127.0.0.1:$sink_port\"]" 'receive.idle_s = 5'
start_sink
start_node
main=$node

"$hostile" "$node_port" fuzz INTRUDER "$((count / 2))" 1 "$first"
[[ $(metric objects_received_total) == 0 ]] || fail "an intruder's object was taken"
"$hostile" "$node_port" fuzz SCANNER "$count" 2 "$first" >fuzz.log &
fuzzing=$!
"$hostile" "$node_port" hold 10 3 >/dev/null &
processes+=($fuzzing $!)
sent=0
for folder in cohort/dicom/*; do
  send "$folder" >/dev/null 2>&1 || fail "a good sender was turned away beside damaged ones"
  sent=$((sent + 2))
done
wait $fuzzing
cat fuzz.log
kill -0 "$main" && healthy || fail "the node is not well"
for folder in cohort/dicom/*; do send "$folder" >/dev/null 2>&1; done
[[ $(metric objects_duplicate_total) -ge $sent ]] || fail "images of good senders are missing"
until_true 60 metric_is associations_open 0 || fail "associations are left open"
[[ -z $(ls spool/incoming) ]] || fail "half an object is left in the spool"
broken=$(metric associations_broken_total) crashed=$(grep -c '"association crashed"' node.log || true)
stop_node
[[ $crashed -eq 0 ]] || fail "$crashed associations crashed: $(grep '"association crashed"' node.log | tail -3)"
echo "$((count / 2)) damaged associations of strangers, $count of a listed peer: $broken ended early," \
  "none by a crash of their own process; the node went on, $sent good images were kept"
