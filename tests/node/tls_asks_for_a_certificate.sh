#!/usr/bin/env bash
# With TLS, only who shows a trusted certificate gets in, nobody without TLS does, and results go to a
# destination that asks the same of the node.
set -euo pipefail
heartlab=$(realpath "$1") stub=$(realpath "$2")
source "$(dirname "$0")/node_lib.sh"
need storescu storescp echoscu openssl curl
begin
free_port; node_port=$port; free_port; metrics_port=$port; free_port; sink_port=$port

certificate() {
  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$1" -keyout "$1.key" -out "$1.crt" \
    2>/dev/null
}
for name in node scanner stranger sink; do certificate $name; done
"$heartlab" -q phantom --patients 1 --slices 1 --phases 2 --size 96 --pixel-spacing 2.5 --out cohort \
  >/dev/null 2>&1
write_config "send.destinations = [\"dicoms://SINK@127.0.0.1:$sink_port\"]" \
  'receive.tls_key = "node.key"' 'receive.tls_certificate = "node.crt"' \
  'receive.tls_trusted = "scanner.crt"' 'send.tls_key = "node.key"' \
  'send.tls_certificate = "node.crt"' 'send.tls_trusted = "sink.crt"'
mkdir sink
storescp -aet SINK +tls sink.key sink.crt +cf node.crt -od sink \
  -xcr "echo #f >>$work/received.log" "$sink_port" >/dev/null 2>&1 &
processes+=($!)
start_node

echo_as() { echoscu -aet SCANNER -aec HEARTLAB "$@" 127.0.0.1 "$node_port" >/dev/null 2>&1; }
echo_as +tls scanner.key scanner.crt +cf node.crt || fail "the scanner was not let in"
! echo_as +tls stranger.key stranger.crt +cf node.crt || fail "a stranger's certificate was trusted"
! echo_as +tla +cf node.crt || fail "nobody's certificate was trusted"
! timeout 20 echoscu -to 5 -ta 5 -td 5 -aet SCANNER -aec HEARTLAB 127.0.0.1 "$node_port" \
  >/dev/null 2>&1 || fail "TLS was not demanded"

storescu +tls scanner.key scanner.crt +cf node.crt -aet SCANNER -aec HEARTLAB +sd +r 127.0.0.1 \
  "$node_port" cohort/dicom >/dev/null 2>&1 || fail "the study was not taken"
until_true 30 taken_is 2 || fail "expected 2 results at the destination, found $(taken)"
stop_node
echo "TLS asks for a certificate"
