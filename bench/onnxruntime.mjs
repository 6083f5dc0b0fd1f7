// onnxruntime.mjs MODEL.onnx SIDE THREADS ROUNDS: ONNX Runtime's median time for one image, in
// milliseconds; with IMAGE LOGITS behind, writes the logits of that image (both raw float32).
// npm package onnxruntime-node, found from the folder it is run in.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const ort = createRequire(join(process.cwd(), 'package.json'))('onnxruntime-node');
const [file, side, threads, rounds, image, logits] = process.argv.slice(2);
const size = Number(side);
const session = await ort.InferenceSession.create(file, {
  executionProviders: ['cpu'],
  intraOpNumThreads: Number(threads),
  graphOptimizationLevel: 'all',
});
const bytes = image ? readFileSync(image) : null;
const values = bytes
  ? new Float32Array(bytes.buffer, bytes.byteOffset, size * size)
  : Float32Array.from({ length: size * size }, (_, i) => Math.sin(0.37 * i));
const feeds = { image: new ort.Tensor('float32', values, [1, 1, size, size]) };

const times = [];
let found;
for (let round = -2; round < Number(rounds); ++round) {
  const start = process.hrtime.bigint();
  found = (await session.run(feeds)).logits;
  if (round >= 0) times.push(Number(process.hrtime.bigint() - start) / 1e6);
}
if (logits) writeFileSync(logits, Buffer.from(found.data.buffer, found.data.byteOffset, found.data.byteLength));
times.sort((a, b) => a - b);
console.log(times[times.length >> 1].toFixed(2));
