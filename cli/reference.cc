#include <CLI/CLI.hpp>

#include "cli/command.h"
#include "heartlab/core/error.h"
#include "heartlab/core/manifest.h"
#ifndef HEARTLAB_ONLY_LEARNING
#include "heartlab/node/config.h"
#endif
#include "heartlab/train/options.h"

namespace heartlab::cli {
namespace {

std::string cell(std::string text) {
  for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) {
    text.insert(at, "\\");
  }
  return text;
}

void print_commands(const CLI::App& app) {
  for (const CLI::App* command : app.get_subcommands({})) {
    if (command->get_group().empty()) continue;
    fmt::print("\n## heartlab {}\n\n{}.\n\n| option | value | what it does |\n|---|---|---|\n",
               command->get_name(), command->get_description());
    for (const CLI::Option* option : command->get_options()) {
      if (option->get_name() == "--help") continue;
      const std::string required = option->get_required() ? " **Required.**" : "";
      fmt::print("| `{}` | {} | {}{} |\n", option->get_name(), option->get_type_name(),
                 cell(option->get_description()), required);
    }
  }
}

void print_keys(const OptionTable& table) {
  fmt::print("| key | value | default | what it does |\n|---|---|---|---|\n");
  for (const auto& option : table.options()) {
    const std::string choices =
        option.choices.empty() ? "" : fmt::format(" ({})", fmt::join(option.choices, ", "));
    fmt::print("| `{}` | {} | {} | {}{} |\n", option.key, option.type, option.initial,
               cell(option.help), choices);
  }
}

void print_training_options() {
  TrainOptions options;
  fmt::print(
      "\n## Training options\n\nKeys of the TOML file that `train --config` reads and of "
      "`--set key=value`. The defaults are the study's DeepLabv3.\n\n");
  print_keys(options.table());
}

#ifndef HEARTLAB_ONLY_LEARNING
void print_node_configuration() {
  NodeConfig config;
  fmt::print(
      "\n## Node configuration\n\nKeys of the TOML file that `node --config` reads; "
      "`[receive]` and `port` are `receive.port`. Relative paths start at the file's folder.\n\n");
  print_keys(config.table());
}
#endif

void print_exit_statuses() {
  fmt::print("\n## Exit status\n\n| status | meaning |\n|---|---|\n| 0 | done |\n");
  const std::pair<ErrorKind, const char*> kinds[] = {
      {ErrorKind::kInternal, "a defect of HeartLab"},
      {ErrorKind::kUsage, "the command line or an option"},
      {ErrorKind::kNotFound, "no such file or folder"},
      {ErrorKind::kPermission, "no permission"},
      {ErrorKind::kBadInput, "a file's content is not what was expected"},
      {ErrorKind::kUnsupported, "valid input of a kind HeartLab does not handle"},
      {ErrorKind::kDisk, "writing failed (full disk)"},
      {ErrorKind::kPartial, "done, but inputs were passed over; the summary names them"},
      {ErrorKind::kInterrupted, "stopped by a signal, the state saved"}};
  for (const auto& [kind, meaning] : kinds) {
    fmt::print("| {} | {} |\n", exit_status(kind), meaning);
  }
}

}  // namespace

void add_reference(CLI::App& app) {
  CLI::App& command = *app.add_subcommand("reference", "Print docs/reference.md");
  command.group("");  // for developers; not in the help
  command.callback([&app] {
    fmt::print(
        "# Reference\n\nWritten by `heartlab reference` from the option tables, heartlab "
        "{}.\n",
        version());
    print_commands(app);
    print_training_options();
#ifndef HEARTLAB_ONLY_LEARNING
    print_node_configuration();
#endif
    print_exit_statuses();
  });
}

}  // namespace heartlab::cli
