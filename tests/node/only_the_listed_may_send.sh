#!/usr/bin/env bash
# Who is not on the list gets nothing in; damaged and half-sent associations end alone; what is too
# large, does not fit the disk or is not what it says is refused with its status.
set -euo pipefail
heartlab=$1 stub=$2 hostile=$3
source "$(dirname "$0")/node_lib.sh"
need storescu storescp echoscu dcmodify curl
begin
free_port; node_port=$port; free_port; metrics_port=$port; free_port; sink_port=$port

"$heartlab" -q phantom --patients 2 --slices 1 --phases 2 --size 96 --pixel-spacing 2.5 --out cohort \
  >/dev/null 2>&1
# What is damaged is of a patient of its own: whole but other, it would keep the good one out.
mkdir damaged
mv "$(find cohort/dicom -mindepth 1 -maxdepth 1 | sort | head -1)" damaged/
first=$(find damaged -name '*.dcm' | sort | head -1)
destination="send.destinations = [\"dicom://SINK@127.0.0.1:$sink_port\"]"
write_config "$destination" 'receive.associations = 4' 'receive.idle_s = 2' 'receive.object_mb = 0.1'
start_node

# Titles that are not listed, a title called wrongly, an address that is not listed.
! echoscu -aet NOBODY -aec HEARTLAB 127.0.0.1 "$node_port" 2>rejected || fail "NOBODY was let in"
grep -q 'Calling AE Title Not Recognized' rejected || fail "no reason: $(cat rejected)"
! echoscu -aet SCANNER -aec ANY 127.0.0.1 "$node_port" 2>rejected || fail "a wrong called title"
grep -q 'Called AE Title Not Recognized' rejected || fail "no reason: $(cat rejected)"
echoscu -aet SCANNER -aec HEARTLAB 127.0.0.1 "$node_port" || fail "SCANNER was not let in"
"$hostile" "$node_port" fuzz INTRUDER 100 1 "$first" >/dev/null
[[ $(metric objects_received_total) == 0 ]] || fail "an intruder's object was taken"
[[ $(ls spool/series | wc -l) -eq 0 ]] || fail "an intruder's object is in the spool"

# Damaged associations of a listed peer, and half-sent ones that fill every place.
"$hostile" "$node_port" fuzz SCANNER 60 2 "$first" >/dev/null
"$hostile" "$node_port" hold 4 4 &
processes+=($!)
sleep 1
! echoscu -aet SCANNER -aec HEARTLAB 127.0.0.1 "$node_port" 2>rejected || fail "a fifth was let in"
grep -q 'Local Limit Exceeded' rejected || fail "no reason: $(cat rejected)"
until_true 20 echoscu -aet SCANNER -aec HEARTLAB 127.0.0.1 "$node_port" 2>/dev/null ||
  fail "half-sent associations kept their places"

# What is too large is refused, and the association goes on.
"$heartlab" -q phantom --patients 1 --slices 1 --phases 2 --size 256 --out large >/dev/null 2>&1
! send "$(find large -name '*.dcm' | head -1)" 2>refused || fail "a large object was taken"
[[ $(metric objects_refused_size_total) == 1 ]] || fail "$(cat refused)"
send cohort/dicom >/dev/null 2>&1 || fail "a good study was not taken after all this"
healthy || fail "not well at the end"
stop_node

# A spool that may take no more.
write_config "$destination" 'disk.most_gb = 0.001' 'disk.free_gb = 0'
head -c 1100000 /dev/zero >spool/results/filler
start_node
send cohort/dicom >refused 2>&1 || true
[[ $(metric objects_refused_disk_total) -ge 1 ]] || fail "a full spool took an object"
! healthy || fail "a full spool is called well"
stop_node

# Another address than the listed one: closed unread.
write_config "$destination" 'receive.peers = ["SCANNER@10.0.0.1"]'
rm spool/results/filler
start_node
! echoscu -aet SCANNER -aec HEARTLAB 127.0.0.1 "$node_port" 2>/dev/null || fail "a wrong address"
stop_node
! grep -q PHANTOM node.log || fail "the log names a patient"
echo "only the listed may send"
