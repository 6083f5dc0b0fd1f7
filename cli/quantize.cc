#include <fmt/format.h>

#include "cli/command.h"
#include "heartlab/segment/onednn/quantise.h"

namespace heartlab::cli {
namespace {

void run(QuantiseOptions& options) {
  const QuantiseSummary summary = quantise(options);
  fmt::print("{} layers in 8 bits, ranges from {} images", summary.layers, summary.calibrated_on);
  if (!summary.kept.empty()) fmt::print("; kept: {}", fmt::join(summary.kept, ", "));
  fmt::print("\n\n| on {} images | Dice with the truth | missed | Dice with fp32's masks |\n",
             summary.judged_on);
  fmt::print("|---|---:|---:|---:|\n");
  for (const auto& each : summary.figures) {
    fmt::print("| {} | {:.4f} | {} | {:.4f} |\n", each.name, each.dice, each.missed,
               each.agreement);
  }
  fmt::print("\nmodel: {}\n", options.out.string());
}

}  // namespace

void add_quantize(CLI::App& app) {
  add_command<QuantiseOptions>(app, "quantize", "Find what of a model can be computed in 8 bits",
                               "--model run/model.safetensors --data hearts "
                               "--out run/model-int8.safetensors",
                               run);
}

}  // namespace heartlab::cli
