// segment_bench MODEL [ROUNDS]: the engines on one model file, taking turns in one run. Prints each
// one's median time for one image and its ratio to libtorch's in the same arithmetic (int8: in
// bf16); medians and ratios hold on a noisy machine, single times do not.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <vector>

#include "heartlab/core/error.h"
#include "heartlab/core/random.h"
#include "heartlab/segment/torch/torch_engine.h"

namespace {

using namespace heartlab;

constexpr int kDefaultRounds = 15;

struct Contender {
  std::string name;
  std::unique_ptr<Engine> engine;
  std::vector<double> seconds;
};

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

std::vector<float> random_input(int side) {
  Generator generator(1);
  std::vector<float> input(static_cast<std::size_t>(side) * static_cast<std::size_t>(side));
  for (auto& value : input) value = static_cast<float>(generator.normal());
  return input;
}

void run(const ModelFile& model, int rounds) {
  std::vector<Contender> contenders;
  for (const std::string precision : {"fp32", "bf16"}) {
    EngineOptions options;
    options.precision = precision;
    contenders.push_back({"libtorch " + precision, make_torch_engine(model, options), {}});
    contenders.push_back({"oneDNN " + precision, make_onednn_engine(model, options), {}});
  }
  if (!model.description().quantisation.empty()) {
    EngineOptions options;
    options.precision = "int8";
    contenders.push_back({"oneDNN int8", make_onednn_engine(model, options), {}});
  }
  const int side = model.description().preparation.size;
  const auto input = random_input(side);
  for (auto& contender : contenders) contender.engine->run(input, side);  // warm
  for (int round = 0; round < rounds; ++round) {
    for (auto& contender : contenders) {
      const auto start = std::chrono::steady_clock::now();
      contender.engine->run(input, side);
      const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
      contender.seconds.push_back(taken.count());
    }
  }
  fmt::print("{} on {}, {} x {}, {} rounds\n", model.description().network.network,
             model.description().network.backbone, side, side, rounds);
  for (std::size_t i = 0; i < contenders.size(); ++i) {
    const double reference = median(contenders[std::min(i - i % 2, std::size_t{2})].seconds);
    const double own = median(contenders[i].seconds);
    fmt::print("  {:<14}{:8.1f} ms  {:5.2f} times libtorch's speed   {}\n", contenders[i].name,
               1e3 * own, reference / own, contenders[i].engine->description());
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: segment_bench MODEL [ROUNDS]\n");
    return 2;
  }
  try {
    run(ModelFile(argv[1]), argc > 2 ? std::max(1, std::atoi(argv[2])) : kDefaultRounds);
    return 0;
  } catch (const heartlab::Error& error) {
    fmt::print(stderr, "segment_bench: {}\n", error.what());
    return exit_status(error.kind());
  }
}
