# Shared by the tests of the node: sourced, not run. Everything runs on 127.0.0.1 and ends with the
# test.

need() {
  local program
  for program in "$@"; do
    command -v "$program" >/dev/null || { echo "skipped: $program is not installed"; exit 77; }
  done
}

processes=()
stop_all() {
  local process
  for process in "${processes[@]}"; do
    kill -9 "$process" || true
    wait "$process" || true
  done 2>/dev/null
}

begin() {
  work=$(mktemp -d)
  trap 'stop_all; rm -rf "$work"' EXIT
  cd "$work"
}

# A port that nobody listens on, never the same twice, and none that the system gives to clients.
last_port=$((20000 + RANDOM % 12000))
free_port() {
  while :; do
    last_port=$((last_port + 1))
    (exec 3<>"/dev/tcp/127.0.0.1/$last_port") 2>/dev/null || break
  done
  port=$last_port
}

# until_true SECONDS COMMAND...
until_true() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < end)) || return 1
    sleep 0.1
  done
}

fail() {
  echo "FAILED: $*"
  [[ ! -f node.log ]] || tail -n 30 node.log | sed 's/^/  | /'
  exit 1
}

# write_config LINES...: node.toml for this folder; the lines replace keys of the same name.
write_config() {
  local line key
  : >node.toml
  local defaults=(
    'spool = "spool"'
    'receive.ae_title = "HEARTLAB"'
    'receive.address = "127.0.0.1"'
    "receive.port = $node_port"
    'receive.peers = ["SCANNER@127.0.0.1"]'
    'disk.free_gb = 0.1'
    'series.quiet_s = 1.0'
    "process.command = [\"$stub\"]"
    'process.retry_s = 0.2'
    'send.retry_s = 0.2'
    'send.retry_most_s = 1.0'
    'send.timeout_s = 10'
    "metrics.port = $metrics_port"
  )
  for line in "${defaults[@]}"; do
    key=${line%% =*}
    printf '%s\n' "$@" | grep -q "^$key =" || echo "$line" >>node.toml
  done
  printf '%s\n' "$@" >>node.toml
}

answers() { curl -s "http://127.0.0.1:$metrics_port/healthz" >/dev/null; }
healthy() { "$heartlab" node --config node.toml --health >/dev/null 2>&1; }

start_node() {
  "$heartlab" node --config node.toml >>node.log 2>&1 &
  node=$!
  processes+=("$node")
  until_true 20 answers || fail "the node did not become well"
}

stop_node() {
  local status=0
  kill -TERM "$node"
  wait "$node" || status=$?
  [[ $status -eq 0 ]] || fail "after SIGTERM the node ended with status $status"
}

metric() { curl -sf "http://127.0.0.1:$metrics_port/metrics" | awk -v name="heartlab_node_$1" '$1 == name { print $2 }'; }
metric_is() { [[ $(metric "$1") == "$2" ]]; }

# send FILES OR FOLDERS...
send() { storescu -aet SCANNER -aec HEARTLAB -R +sd +r 127.0.0.1 "$node_port" "$@"; }

# A destination that notes every object that it takes: a line in received.log, a file in sink/.
start_sink() {
  mkdir -p sink
  storescp -aet SINK --fork -od sink -xcr "echo #f >>$work/received.log" "$sink_port" >/dev/null 2>&1 &
  sink=$!
  processes+=("$sink")
  until_true 10 echoscu -aec SINK 127.0.0.1 "$sink_port" 2>/dev/null || fail "the sink did not start"
}

# What the sink took, one SOP instance a line in received.log as often as it came.
taken() { sort -u received.log 2>/dev/null | wc -l; }
taken_is() { [[ $(taken) -eq $1 ]]; }
taken_at_least() { [[ $(taken) -ge $1 ]]; }
taken_twice() { sort received.log 2>/dev/null | uniq -d; }

# An Orthanc as the sink, which unlike storescp can be asked what it has. `start_orthanc` for it alone.
start_orthanc_sink() {
  cat >filter.lua <<EOF
function ReceivedInstanceFilter(dicom, origin, info)
  local log = io.open("$work/received.log", "a")
  log:write(dicom.SOPInstanceUID .. "\\n")
  log:close()
  return true
end
EOF
  orthanc_dicom=$sink_port
  start_orthanc
}
stop_orthanc() {
  kill "$orthanc_process"
  wait "$orthanc_process" 2>/dev/null || true
}

# Orthanc, which binds every address, is kept from the network: in a network of the test's own where
# the system allows one, else by its own lists.
in_private_network() {
  [[ -z ${HEARTLAB_PRIVATE_NETWORK-} ]] || return 0
  command -v ip >/dev/null || return 0
  unshare -rn ip link set lo up 2>/dev/null || return 0
  export HEARTLAB_PRIVATE_NETWORK=yes
  exec unshare -rn bash -c 'ip link set lo up && exec "$@"' _ "$0" "$@"
}

start_orthanc() {
  local web_plugin=/usr/share/orthanc/plugins/libOrthancDicomWeb.so plugins='[]'
  [[ ! -f $web_plugin ]] || plugins="[\"$web_plugin\"]"
  local scripts='[]'
  [[ ! -f filter.lua ]] || scripts="[\"$work/filter.lua\"]"
  cat >orthanc.json <<EOF
{"Name": "test", "StorageDirectory": "$work/orthanc", "IndexDirectory": "$work/orthanc",
 "HttpPort": $orthanc_http, "DicomPort": $orthanc_dicom, "DicomAet": "ORTHANC",
 "RemoteAccessAllowed": false, "AuthenticationEnabled": false, "Plugins": $plugins, "LuaScripts": $scripts,
 "DicomAlwaysAllowEcho": false, "DicomAlwaysAllowStore": false, "DicomAlwaysAllowFind": false,
 "DicomCheckModalityHost": true, "SynchronousCMove": true,
 "DicomModalities": {"heartlab": ["HEARTLAB", "127.0.0.1", $node_port]}}
EOF
  Orthanc orthanc.json >orthanc.log 2>&1 &
  orthanc_process=$!
  processes+=($orthanc_process)
  until_true 30 curl -sf "http://127.0.0.1:$orthanc_http/system" >/dev/null ||
    fail "Orthanc did not start: $(tail -5 orthanc.log)"
}

orthanc() { curl -sf "http://127.0.0.1:$orthanc_http/$1"; }

# The ids of Orthanc's instances of a modality, one a line.
orthanc_instances() {
  curl -sf "http://127.0.0.1:$orthanc_http/tools/find" \
    -d "{\"Level\": \"Instance\", \"Query\": {\"Modality\": \"$1\"}}" | grep -o '[0-9a-f-]\{44\}' || true
}
orthanc_has() { [[ $(orthanc_instances "$1" | wc -l) -eq $2 ]]; }
