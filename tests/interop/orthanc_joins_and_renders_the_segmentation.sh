#!/usr/bin/env bash
# Orthanc takes the images, their SEG and RTSTRUCT into one study and renders the SEG.
source tests/interop/common.sh
command -v Orthanc >/dev/null || skip "no Orthanc (package orthanc)"
command -v curl >/dev/null || skip "no curl"

phantom --patients 1 --slices 3 --phases 2
segment cavity "$work/out" "$work/cohort/dicom" --write seg,rtstruct

free_port() {
  local port
  while port=$((20000 + RANDOM % 20000)); do
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
}
http=$(free_port)
cat >"$work/orthanc.json" <<JSON
{"Name": "test", "StorageDirectory": "$work/db", "IndexDirectory": "$work/db", "Plugins": [],
 "HttpBindAddresses": ["127.0.0.1"], "HttpPort": $http, "DicomServerEnabled": false,
 "RemoteAccessAllowed": false, "AuthenticationEnabled": false}
JSON
Orthanc "$work/orthanc.json" >"$work/orthanc.log" 2>&1 &
orthanc=$!
trap 'kill $orthanc 2>/dev/null; wait $orthanc 2>/dev/null || true; rm -rf "$work"' EXIT
url=http://127.0.0.1:$http
ask() { curl --silent --show-error --fail --noproxy '*' "$@"; }
for _ in $(seq 100); do
  ask "$url/system" >/dev/null 2>&1 && break
  kill -0 $orthanc 2>/dev/null || { cat "$work/orthanc.log"; exit 1; }
  sleep 0.2
done

while read -r file; do
  ask --request POST --data-binary @"$file" "$url/instances" >/dev/null
done < <(find "$work/cohort/dicom" -name '*.dcm')
seg=$(find "$work/out" -name '*_seg.dcm')
answer=$(ask --request POST --data-binary @"$seg" "$url/instances")
grep -q '"Status" : "Success"' <<<"$answer"
instance=$(sed -n 's/.*"ID" : "\([^"]*\)".*/\1/p' <<<"$answer" | head -1)
ask --request POST --data-binary @"$(find "$work/out" -name '*_rtstruct.dcm')" "$url/instances" \
  >/dev/null

test "$(ask "$url/studies" | grep -c '"')" -eq 1 || { echo "expected one study"; exit 1; }
test "$(ask "$url/series" | grep -c '"')" -eq 3 || { echo "expected three series"; exit 1; }
ask "$url/instances/$instance/study" | grep -q '"PHANTOM-001"'
frames=$(ask "$url/instances/$instance/frames" | grep -o '[0-9]\+' | wc -l)
test "$frames" -gt 0
for ((frame = 0; frame < frames; ++frame)); do
  ask "$url/instances/$instance/frames/$frame/preview" >"$work/frame.png"
  [[ $(head -c 8 "$work/frame.png" | od -An -tx1 | tr -d ' ') == 89504e470d0a1a0a ]]
done
ask "$url/instances/$instance/rendered" >"$work/rendered.png"
test -s "$work/rendered.png"
echo "Orthanc: one study, three series, $frames frames rendered"
