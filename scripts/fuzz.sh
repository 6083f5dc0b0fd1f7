#!/usr/bin/env bash
# Runs every fuzz target for the given number of seconds, two at a time, from the samples in
# build/fuzz/samples/NAME. Prints one line a target; a finding's input is left in out/fuzz.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-600}

cmake --preset fuzz >/dev/null
mapfile -t targets < <(git ls-files 'tests/fuzz/*_fuzz.cc' | xargs -n 1 basename -s .cc)
cmake --build --preset fuzz --target "${targets[@]}"
mkdir -p out/fuzz

run_one() {
  local name=$1 samples=build/fuzz/samples/$1
  mkdir -p "$samples"
  if build/fuzz/tests/fuzz/"$name" -max_total_time="$2" -timeout=20 -rss_limit_mb=4096 \
      -print_final_stats=1 -artifact_prefix=out/fuzz/"$name"- "$samples" >out/fuzz/"$name".log 2>&1; then
    echo "$name: no finding in $2 s," \
      "$(grep -a number_of_executed_units out/fuzz/"$name".log | awk '{print $2}') runs"
  else
    echo "$name: FINDING, see out/fuzz/$name.log"
    return 1
  fi
}
export -f run_one
printf '%s\n' "${targets[@]}" | xargs -P 2 -I{} bash -c "run_one {} $seconds"
