#!/usr/bin/env bash
# The long tests of the node and of training, about an hour on two cores; the figures go into
# docs/reliability.md.
set -euo pipefail
cd "$(dirname "$0")/.."
heartlab=build/release/cli/heartlab
stub=build/release/tests/node/heartlab_node_stub_processor
hostile=build/release/tests/node/heartlab_node_hostile_peer
tests=tests/node
failures=0 skipped=0

run() {
  echo "== $1"
  local status=0
  "$tests/$1.sh" "${@:2}" || status=$?
  case $status in
    0) ;;
    77) skipped=$((skipped + 1)); echo "skipped: $1" ;;
    *) failures=$((failures + 1)) ;;
  esac
}

run many_senders_at_once "$heartlab" "$stub" "$hostile" 200 20
run many_senders_at_once "$heartlab" "$stub" "$hostile" 20 4 real
run nothing_is_lost_or_sent_twice "$heartlab" "$stub" "$hostile" 50 40 60
run damaged_input_ends_alone "$heartlab" "$stub" "$hostile" 1000
run a_full_disk_refuses "$heartlab" "$stub" "$hostile"

tests=tests/train
run nothing_is_lost "$heartlab" 50 10 10 5 60
if [[ $failures -gt 0 ]]; then
  echo "soak: $failures failed, $skipped skipped"
elif [[ $skipped -gt 0 ]]; then
  echo "soak: all that ran held, $skipped skipped"
else
  echo "soak: all held"
fi
exit $((failures > 0))
