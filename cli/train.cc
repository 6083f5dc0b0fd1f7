#include <fmt/format.h>

#include "cli/command.h"
#include "heartlab/core/ranks.h"
#include "heartlab/evaluate/plots.h"
#include "heartlab/learning/learning.h"

namespace heartlab::cli {
namespace {

struct TrainCommand {
  Path data, config, init, out;
  std::vector<std::string> settings;
  bool resume = false;
  std::string device = "auto";

  OptionTable table() {
    OptionTable table;
    table.add("data", data, "Data set made by heartlab prepare").required();
    table.add("config", config, "TOML file of training options; empty: the study's DeepLabv3");
    table.add("set", settings, "key=value, over the configuration; may be given several times")
        .whole_words();
    table.add(
        "init", init,
        "Weights to start from: .safetensors, or .pth as torch.save writes it; not read where "
        "--resume finds a checkpoint");
    table.add("resume", resume, "Go on with the run in --out");
    table.add("device", device, "Where to compute").one_of({"auto", "cpu", "cuda"});
    table.add("out", out, "Folder of the run").required();
    return table;
  }
};

void run(const TrainCommand& command) {
  TrainOptions options;
  OptionTable table = options.table();
  if (!command.config.empty()) table.load_toml(command.config);
  for (const auto& setting : command.settings) table.set_assignment(setting);
  const Dataset data(command.data);
  TrainRequest request;
  request.out = command.out;
  request.init = command.init;
  request.resume = command.resume;
  request.device = command.device;
  request.after_validation = [&] { write_training_curves(command.out); };
  const TrainSummary summary = learning("heartlab train").train(data, options, request);
  if (ranks_from_environment().rank > 0) return;  // process 0 speaks for all
  fmt::print("{} iterations in {:.0f} s{}\n", summary.iterations, summary.seconds,
             summary.stopped_early ? ", stopped early for want of a better validation" : "");
  if (summary.best_iteration >= 0) {
    fmt::print("best validation {} {:.4f} at iteration {}\n", options.best_by, summary.best_score,
               summary.best_iteration);
  }
  fmt::print("model: {}\n", (command.out / "model.safetensors").string());
}

}  // namespace

void add_train(CLI::App& app) {
  add_command<TrainCommand>(app, "train", "Train a network on a prepared data set",
                            "--data hearts --config configs/recommended.toml --set batch=4 "
                            "--out run\nEvery key of --config and --set: docs/reference.md, or "
                            "heartlab reference",
                            run);
}

}  // namespace heartlab::cli
