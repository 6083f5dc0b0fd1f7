#!/usr/bin/env bash
# [ROUNDS=n] [THREADS=n] onnxruntime.sh HEARTLAB ENGINE_TIME MODEL FOLDER: HeartLab's engine against
# ONNX Runtime on the same exported network, taking turns; medians, ratios, and how far the logits of
# one image lie apart. FOLDER is where `npm install --ignore-scripts onnxruntime-node` was run: the
# package holds its library for CPUs.
set -euo pipefail
[[ $# -eq 4 ]] || { sed -n '2,5s/^# //p' "$0" >&2; exit 2; }
heartlab=$(realpath "$1") engine_time=$(realpath "$2") model=$(realpath "$3") folder=$(realpath "$4")
here=$(realpath "$(dirname "$0")")
rounds=${ROUNDS:-5}
threads=${THREADS:-$(nproc)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$folder"
node -e 'require("onnxruntime-node")' 2>/dev/null || { echo "no onnxruntime-node in $folder" >&2; exit 1; }

precisions=(fp32)
"$heartlab" -q export --model "$model" --onnx "$work/fp32.onnx" --precision fp32
if "$heartlab" -q export --model "$model" --onnx "$work/int8.onnx" --precision int8 2>/dev/null; then
  precisions+=(int8)
fi
side=$(grep -ao '"size":[0-9]*' "$work/fp32.onnx" | head -1 | cut -d: -f2)
node -e 'const n = +process.argv[1]; require("fs").writeFileSync(process.argv[2],
  Buffer.from(Float32Array.from({length: n * n}, (_, i) => Math.sin(0.37 * i)).buffer))' \
  "$side" "$work/image"

# Turns of five images each.
for ((round = 0; round < rounds; ++round)); do
  for precision in "${precisions[@]}"; do
    node "$here/onnxruntime.mjs" "$work/$precision.onnx" "$side" "$threads" 5 "$work/image" \
      "$work/$precision.theirs" >>"$work/theirs.$precision"
  done
  for precision in "${precisions[@]}" bf16; do
    "$engine_time" "$model" $precision "$threads" 5 "$work/image" "$work/$precision.ours" \
      >>"$work/ours.$precision"
  done
done
median() { sort -n "$1" | sed -n "$(((rounds + 1) / 2))p"; }

echo "| $side x $side, medians of $rounds | ONNX Runtime, ms | HeartLab, ms | times ONNX Runtime's speed |"
echo "|---|---:|---:|---:|"
for precision in "${precisions[@]}" bf16; do
  theirs=$work/theirs.$precision
  [[ -s $theirs ]] || theirs=$work/theirs.fp32
  awk -v name="$precision" -v note="$([[ $precision == bf16 ]] && echo " (of its fp32)")" \
    -v theirs="$(median "$theirs")" -v ours="$(median "$work/ours.$precision")" \
    'BEGIN { printf "| %s | %s | %s | %.2f%s |\n", name, theirs, ours, theirs / ours, note }'
done
for precision in "${precisions[@]}"; do
  node -e 'const fs = require("fs"); const read = f => { const b = fs.readFileSync(f);
    return new Float32Array(b.buffer, b.byteOffset, b.length / 4); };
    const [a, b] = process.argv.slice(2).map(read); let most = 0, apart = 0;
    a.forEach((x, i) => { most = Math.max(most, Math.abs(x)); apart = Math.max(apart, Math.abs(x - b[i])); });
    console.log(`${process.argv[1]}: logits differ by ${(apart / most).toExponential(1)} of the largest`);' \
    "$precision" "$work/$precision.theirs" "$work/$precision.ours"
done
