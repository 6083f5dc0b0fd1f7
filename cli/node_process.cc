#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <optional>

#include "cli/command.h"
#include "cli/open_segmenter.h"
#include "heartlab/node/process_series.h"
#include "heartlab/node/worker.h"

namespace heartlab::cli {
namespace {

struct NodeProcessOptions {
  Path config, images, out;

  OptionTable table() {
    OptionTable table;
    table.add("config", config, "Configuration of the node").required();
    table.add("images", images, "Folder of a series' images").required().positional();
    table.add("out", out, "Folder for the results").required().positional();
    return table;
  }
};

void run(NodeProcessOptions& options) {
  NodeConfig config;
  load_node_config(config, options.config);
  std::optional<Segmenter> cavity, myocardium;
  const Path &cavity_model = config.process.cavity_model,
             &myocardium_model = config.process.myocardium_model;
  if (!cavity_model.empty()) cavity.emplace(heartlab::open_segmenter(cavity_model, {}));
  if (!myocardium_model.empty()) myocardium.emplace(heartlab::open_segmenter(myocardium_model, {}));
  try {
    process_series({cavity ? &*cavity : nullptr, myocardium ? &*myocardium : nullptr},
                   config.process, options.images, options.out);
  } catch (const NothingDrawn& error) {
    fmt::print(stderr, "heartlab: {}\n", error.what());
    throw CLI::RuntimeError(error.what(), kNothingDrawn);
  }
}

}  // namespace

// What `heartlab node` runs for one series, in a process of its own.
void add_node_process(CLI::App& app) {
  add_command<NodeProcessOptions>(app, "node-process", "Process one series as heartlab node does",
                                  "--config node.toml IMAGES OUT", run);
  app.get_subcommand("node-process")->group("");  // for the node; not in the help
}

}  // namespace heartlab::cli
