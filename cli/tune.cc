#include "heartlab/search/tune.h"

#include <fmt/format.h>

#include "cli/command.h"
#include "heartlab/learning/learning.h"

namespace heartlab::cli {
namespace {

void run(TuneOptions& options) {
  const auto trials = tune(options, learning("heartlab tune").train);
  const Trial& best = best_of(trials);
  fmt::print("best: trial {} of {}, validation {:.4f} after {} iterations\n", best.number,
             trials.size(), best.score, best.iterations);
  for (const auto& [key, items] : best.settings) {
    fmt::print("  {} = {}\n", key, fmt::join(items, ","));
  }
  fmt::print("configuration: {}\nall trials: {}\n", (options.out / "best.toml").string(),
             (options.out / "trials.csv").string());
}

}  // namespace

void add_tune(CLI::App& app) {
  add_command<TuneOptions>(app, "tune", "Search for training options on the validation side",
                           "--data hearts --config configs/recommended.toml --space space.toml "
                           "--trials 16 --out search",
                           run);
}

}  // namespace heartlab::cli
