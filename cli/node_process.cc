#include <CLI/CLI.hpp>
#include <deque>

#include "cli/command.h"
#include "cli/open_segmenter.h"
#include "heartlab/core/manifest.h"
#include "heartlab/node/config.h"
#include "heartlab/node/process_series.h"

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
  std::deque<Segmenter> segmenters;  // that stay where they are
  std::vector<SeriesNetwork> networks;
  for (const Path& model : {config.process.cavity_model, config.process.myocardium_model}) {
    if (model.empty()) continue;
    segmenters.push_back(open_segmenter(model, {}));
    networks.push_back({&segmenters.back(),
                        {"HeartLab", version(), model.filename().string(), sha256_of_file(model)}});
  }
  process_series(networks, options.images, options.out);
}

}  // namespace

// What `heartlab node` runs for one series, in a process of its own.
void add_node_process(CLI::App& app) {
  add_command<NodeProcessOptions>(app, "node-process", "Process one series as heartlab node does",
                                  "--config node.toml IMAGES OUT", run);
  app.get_subcommand("node-process")->group("");  // for the node; not in the help
}

}  // namespace heartlab::cli
