#!/usr/bin/env bash
# scaling.sh STEP BACKWARD GRADIENTS BUCKETS LAST NORMS LATENCY: the table of docs/scaling.md from measured numbers.
#   STEP       seconds of one iteration of one process, without the others
#   BACKWARD   share of it that is the backward pass, under which gradients are sent
#   GRADIENTS  bytes
#   BUCKETS    in which they are sent
#   LAST       bytes of the last one, that of the first layers
#   NORMS      batch norms of the network
#   LATENCY    seconds of one message between two processes
# The formula stands in docs/scaling.md.
set -euo pipefail
[[ $# -eq 7 ]] || { sed -n '2,10s/^# \{0,1\}//p' "$0" >&2; exit 2; }
awk -v step="$1" -v backward="$2" -v bytes="$3" -v buckets="$4" -v final="$5" \
  -v norms="$6" -v latency="$7" '
function max(a, b) { return a > b ? a : b }
# Seconds to add up so many bytes, in messages of their own.
function ring(n, size, buckets, speed) {
  return 2 * (n - 1) / n * size / speed + buckets * 2 * (n - 1) * latency
}
function tree(n, size, buckets, speed) {
  return 2 * size / speed + buckets * 2 * log(n) / log(2) * latency
}
function row(kind, n, gbit,   speed, sums, gradients, last, exposed, small, total) {
  speed = gbit * 1e9 / 8
  sums = 2 * norms + 2
  if (kind == "ring") {
    gradients = ring(n, bytes, buckets, speed)
    last = ring(n, final, 1, speed)
    small = sums * ring(n, 8192, 1, speed)
  } else {
    gradients = tree(n, bytes, buckets, speed)
    last = tree(n, final, 1, speed)
    small = sums * tree(n, 8192, 1, speed)
  }
  exposed = max(gradients - backward * step, last)
  total = step + exposed + small
  printf "| %d | %d | %s | %.3f | %.3f | %.3f | %.3f | %.0f %% | %.1f |\n", n, gbit, kind, gradients,
    exposed, small, total, 100 * step / total, n * step / total
}
BEGIN {
  print "| processes | Gbit/s | sums | gradients, s | of that not hidden, s | batch norms, s | iteration, s | efficiency | speed-up |"
  print "|---:|---:|---|---:|---:|---:|---:|---:|---:|"
  split("8 64 512", counts, " "); split("1 10 100", speeds, " ")
  split("ring tree", kinds, " ")
  for (k = 1; k <= 2; k++) for (i = 1; i <= 3; i++) for (j = 1; j <= 3; j++)
    row(kinds[k], counts[i], speeds[j])
}'
