#!/usr/bin/env bash
# On a file system that fills up while images come, what does not fit is refused with A700, what was
# acknowledged is kept, and once there is room the rest is taken. Needs root, to mount a small tmpfs.
#   a_full_disk_refuses.sh HEARTLAB STUB HOSTILE [PATIENTS [KILOBYTES]]
set -euo pipefail
heartlab=$(realpath "$1") stub=$(realpath "$2") patients=${4:-30} kilobytes=${5:-1024}
source "$(dirname "$0")/node_lib.sh"
need storescu storescp echoscu curl mount
begin
mkdir small
mount -t tmpfs -o size="${kilobytes}k" tmpfs small 2>/dev/null || { echo "skipped: no tmpfs can be mounted"; exit 77; }
trap 'stop_all; umount -l "$work/small"; rm -rf "$work"' EXIT
free_port; node_port=$port; free_port; metrics_port=$port; free_port; sink_port=$port
"$heartlab" -q phantom --patients "$patients" --slices 1 --phases 4 --size 96 --pixel-spacing 2.5 --out cohort \
  >/dev/null 2>&1
images=$(find cohort -name '*.dcm' | wc -l)
write_config 'spool = "small/spool"' 'disk.free_gb = 0' \
  "send.destinations = [\"dicom://SINK@127.0.0.1:$sink_port\"]"
start_sink
start_node

# Every image by itself, so that each answer is known.
for file in $(find cohort -name '*.dcm' | sort); do
  send "$file" >/dev/null 2>&1 && echo "$file" >>acknowledged.log || true
done
acknowledged=$(wc -l <acknowledged.log)
refused=$(metric objects_refused_disk_total)
[[ $refused -gt 0 && $acknowledged -lt $images ]] || fail "the disk never filled up"
[[ $(find small/spool/series -name '*.dcm' | wc -l) -eq $acknowledged ]] ||
  fail "$acknowledged were acknowledged, $(find small/spool/series -name '*.dcm' | wc -l) are there"

mount -o remount,size=100m small
send cohort/dicom >/dev/null 2>&1 || fail "with room again the study was not taken"
[[ $(find small/spool/series -name '*.dcm' | wc -l) -eq $images ]] || fail "images are missing"
until_true 120 taken_at_least "$((2 * patients))" ||
  fail "expected $((2 * patients)) results at least, found $(taken)"
stop_node
echo "full disk: $acknowledged of $images images acknowledged and kept, $refused refused (A700); with" \
  "room again all were taken"
