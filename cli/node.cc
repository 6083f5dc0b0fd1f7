#include "heartlab/node/node.h"

#include <fmt/format.h>

#include "cli/command.h"
#include "heartlab/core/error.h"
#include "heartlab/node/intake.h"
#include "heartlab/node/web.h"

namespace heartlab::cli {
namespace {

struct NodeOptions {
  Path config;
  bool health = false, list = false;
  std::string retry;

  OptionTable table() {
    OptionTable table;
    table.add("config", config, "Configuration (TOML), as configs/node.toml").required();
    table.add("health", health, "Ask the running node whether it is well: status 0, else 1");
    table.add("list", list, "Print where every series stands");
    table.add("retry", retry,
              "Try again what was set aside or left unsent: a series' tag as --list prints it, or "
              "'all'");
    return table;
  }
};

void ask(const NodeConfig& config) {
  if (config.metrics_port == 0) fail(ErrorKind::kUsage, "--health needs a metrics.port");
  const std::string trouble = ask_health(config.metrics_port);
  if (!trouble.empty()) fail(ErrorKind::kInternal, "not well: {}", trouble);
  fmt::print("ok\n");
}

void run(NodeOptions& options) {
  NodeConfig config;
  load_node_config(config, options.config);
  if (options.health) return ask(config);
  if (options.list) {
    fmt::print("{}", list_of(read_ledger(config.spool / "journal.jsonl"), config.send.refusals));
    return;
  }
  if (!options.retry.empty()) return ask_for_retry(config.spool, options.retry);
  check_node_files(config, options.config);
  std::vector<std::string> command = config.process.command;
  if (command.empty()) {
    command = {std::filesystem::read_symlink("/proc/self/exe").string(), "--quiet", "node-process",
               "--config", std::filesystem::absolute(options.config).string()};
  }
  try {
    run_node(config, command);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kUsage) throw;
    fail(ErrorKind::kUsage, "{}: {}", options.config.string(), error.what());
  }
}

}  // namespace

void add_node(CLI::App& app) {
  add_command<NodeOptions>(app, "node",
                           "Receive studies from scanner or PACS, draw contours, send results back",
                           "--config node.toml", run);
}

}  // namespace heartlab::cli
