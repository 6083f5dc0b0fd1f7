#!/usr/bin/env bash
# torchrun starts the processes of a run: the same bytes as those of processes that are told their
# number by hand.
#   torchrun_starts_processes.sh HEARTLAB
set -euo pipefail
heartlab=$(realpath "$1")
if ! command -v torchrun >/dev/null; then
  echo "skipped: no torchrun (Debian's python3-torch)"
  exit 77
fi
source "$(dirname "$0")/train_lib.sh"

mapfile -t options < <(settings backbone=resnet18 batch=4 iterations=2)
run() { "$heartlab" train --data data --device cpu --out "$1" "${options[@]}"; }
port=$((20000 + RANDOM % 12000))

# Without -r and -t the torchrun of PyTorch 1.13 fails under Python 3.11.
torchrun --no_python -r 1 -t 1 --nproc_per_node 2 --master_port $port \
  "$heartlab" train --data data --device cpu --out launched "${options[@]}" >messages 2>&1 ||
  failed "torchrun"
grep -q '2 processes, started by torchrun' messages || failed "it does not say who started it"

for rank in 0 1; do
  RANK=$rank WORLD_SIZE=2 LOCAL_RANK=$rank MASTER_ADDR=127.0.0.1 MASTER_PORT=$((port + 1)) run told \
    >messages.$rank 2>&1 &
done
wait
cmp launched/last.safetensors told/last.safetensors || failed "other weights"
echo "two processes under torchrun trained as two that were told their numbers"
