#!/usr/bin/env bash
# Two and four processes that share a batch out have the gradients, the validation and, after some
# iterations, the weights of one process that takes the whole batch; as many processes again give
# the same bytes. A process that is lost ends the run with its name within a minute, and the run goes
# on with another number of processes. SIGTERM to one stops all at the same iteration.
#   several_processes_train_as_one.sh HEARTLAB
set -euo pipefail
heartlab=$(realpath "$1")
source "$(dirname "$0")/train_lib.sh"
need_python numpy

processes=()
trap 'kill -9 "${processes[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT
port=$((20000 + RANDOM % 12000))

# start N OUT ARGUMENTS...: N processes of one run, in the background; what they say in OUT.said-RANK.
start() {
  local size=$1 out=$2 rank
  shift 2
  port=$((port + 1))
  processes=()
  for ((rank = 0; rank < size; rank++)); do
    RANK=$rank WORLD_SIZE=$size LOCAL_RANK=$rank MASTER_ADDR=127.0.0.1 MASTER_PORT=$port \
      "$heartlab" train --data data --device cpu --out "$out" "$@" >"$out.said-$rank" 2>&1 &
    processes+=($!)
  done
}

# Every process of the last start() ends with this status.
all_end() {
  local status process
  for process in "${processes[@]}"; do
    status=0
    wait "$process" || status=$?
    [[ $status -eq $1 ]] || { tail -n 5 ./*.said-*; failed "status $status, expected $1"; }
  done
}

# differ A B PREFIX: the largest difference of a tensor's values over its largest value.
differ() {
  "$python" - "$@" <<'PY'
import json, struct, sys
import numpy
def read(path):
    data = open(path, "rb").read()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + length])
    header.pop("__metadata__", None)
    body = data[8 + length:]
    return {name: numpy.frombuffer(body[slice(*t["data_offsets"])], numpy.float32)
            for name, t in header.items() if t["dtype"] == "F32" and name.startswith(sys.argv[3])}
one, other = read(sys.argv[1]), read(sys.argv[2])
assert one.keys() == other.keys() and one
largest = max(numpy.abs(v).max() for v in one.values())
print(max(numpy.abs(v - other[n]).max() / max(numpy.abs(v).max(), 1e-4 * largest)
          for n, v in one.items()))
PY
}
below() { awk -v a="$1" -v b="$2" 'BEGIN { exit !(a < b) }'; }

common=(backbone=resnet18 batch=4 network=deeplabv3plus decoder_channels=8 low_level_channels=8 schedules=fixed)
mapfile -t once < <(settings "${common[@]}" iterations=1 weight_decay=0 \
  focal_weight=0.5 lovasz_weight=0.5 boundary_weight=0.5)
mapfile -t some < <(settings "${common[@]}" iterations=4 rates=3e-4)
mapfile -t endless < <(settings "${common[@]}" iterations=1000000 checkpoint_every=3 validate_every=0)

for size in 1 2 4; do
  start $size gradients-$size "${once[@]}"
  all_end 0
  start $size run-$size "${some[@]}"
  all_end 0
done
# The number of threads is the option's, whatever the environment says of OpenMP and OpenBLAS.
OMP_NUM_THREADS=3 OPENBLAS_NUM_THREADS=3 start 1 run-elsewhere "${some[@]}"
all_end 0
cmp run-1/last.safetensors run-elsewhere/last.safetensors || failed "the environment changes the weights"

for size in 2 4; do
  state=checkpoints/iteration-0000000001.safetensors
  gradients=$(differ gradients-1/$state gradients-$size/$state optimiser.)
  statistics=$(differ gradients-1/$state gradients-$size/$state network.)
  weights=$(differ run-1/last.safetensors run-$size/last.safetensors '')
  echo "$size processes and one: gradients differ by $gradients, after one iteration weights and" \
    "running statistics by $statistics, after four by $weights (of each tensor's largest value)"
  below "$gradients" 1e-3 || failed "the gradients differ"
  below "$statistics" 1e-4 || failed "the weights differ"
  below "$weights" 1e-3 || failed "the weights differ after four iterations"
done
start 2 again "${some[@]}"
all_end 0
cmp run-2/last.safetensors again/last.safetensors || failed "two processes, twice: other weights"
cmp run-2/validation.csv again/validation.csv

# A lost peer.
start 2 lost "${endless[@]}"
until [[ -e lost/checkpoints/iteration-0000000003.safetensors ]]; do sleep 0.1; done
began=$EPOCHREALTIME
kill -9 "${processes[1]}"
processes=("${processes[0]}")
all_end 130
seconds=$(awk -v a="$began" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }')
grep -q 'process 1 of 2, on .*, is lost' lost.said-0 || failed "it does not say who: $(cat lost.said-0)"
below "$seconds" 60 || failed "the loss was noticed after $seconds s"

# One that says nothing any more, as when its machine is gone.
start 2 silent "${endless[@]}"
until [[ -e silent/checkpoints/iteration-0000000003.safetensors ]]; do sleep 0.1; done
began=$EPOCHREALTIME
kill -STOP "${processes[1]}"
stopped=${processes[1]}
processes=("${processes[0]}")
all_end 130
silence=$(awk -v a="$began" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }')
kill -9 "$stopped"
grep -q 'process 1 of 2, on .*, is lost' silent.said-0 || failed "it does not say who: $(cat silent.said-0)"
below "$silence" 60 || failed "the silence was noticed after $silence s"

# The run goes on with four, until one of them is asked to stop.
start 4 lost "${endless[@]}" --resume
first=$(find lost/checkpoints -name '*.safetensors' | sort | tail -1)
until [[ $(find lost/checkpoints -name '*.safetensors' | sort | tail -1) > $first ]]; do sleep 0.1; done
kill -TERM "${processes[2]}"
all_end 130
[[ $(cat lost.said-* | grep -o 'stopped at iteration [0-9]*' | sort -u | wc -l) -eq 1 ]] ||
  failed "they stopped at different iterations"

# What does not go together is refused by all.
start 2 odd "${once[@]}" --set batch=3
all_end 2
grep -q 'shared out evenly among 2' odd.said-0
echo "a lost process was named after $seconds s, a silent one after $silence s; the run went on with four"
