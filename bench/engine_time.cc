// engine_time MODEL PRECISION THREADS ROUNDS [IMAGE LOGITS]: the engine's median time for one
// image, in milliseconds; IMAGE and LOGITS (raw float32) as in onnxruntime.mjs.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "heartlab/core/error.h"
#include "heartlab/core/stopwatch.h"
#include "heartlab/segment/segmenter.h"

namespace {

using namespace heartlab;

std::vector<float> input_of(int side, const Path& file) {
  std::vector<float> values(static_cast<std::size_t>(side) * static_cast<std::size_t>(side));
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<float>(std::sin(0.37 * static_cast<double>(i)));
  }
  if (file.empty()) return values;
  const Bytes bytes = read_bytes(file);
  if (bytes.size() != values.size() * sizeof(float)) {
    fail(ErrorKind::kBadInput, "{}: expected {} floats, found {} bytes", file.string(),
         values.size(), bytes.size());
  }
  std::copy_n(bytes.data(), bytes.size(), reinterpret_cast<std::uint8_t*>(values.data()));
  return values;
}

void run(int argc, char** argv) {
  const ModelFile model(argv[1]);
  EngineOptions options;
  options.precision = argv[2];
  options.threads = std::atoi(argv[3]);
  const int rounds = std::max(1, std::atoi(argv[4]));
  const int side = model.description().preparation.size;
  const auto engine = make_onednn_engine(model, options);
  const auto input = input_of(side, argc > 5 ? argv[5] : "");
  Logits planes;
  for (int i = 0; i < 2; ++i) planes = engine->run(input, side);
  std::vector<double> seconds;
  for (int i = 0; i < rounds; ++i) {
    const Stopwatch stopwatch;
    planes = engine->run(input, side);
    seconds.push_back(stopwatch.seconds());
  }
  std::ranges::sort(seconds);
  fmt::print("{:.2f}\n", 1e3 * seconds[seconds.size() / 2]);
  if (argc < 7) return;
  Bytes all;
  for (const auto& plane : planes) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(plane.pixels.data());
    all.insert(all.end(), bytes, bytes + plane.pixels.size() * sizeof(float));
  }
  write_bytes(argv[6], all);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) {
    fmt::print(stderr, "usage: engine_time MODEL PRECISION THREADS ROUNDS [IMAGE LOGITS]\n");
    return 2;
  }
  try {
    run(argc, argv);
    return 0;
  } catch (const heartlab::Error& error) {
    fmt::print(stderr, "engine_time: {}\n", error.what());
    return exit_status(error.kind());
  }
}
