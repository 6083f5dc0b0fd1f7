#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>

#include "heartlab/core/options.h"

namespace heartlab::cli {

// Gives every option of the table to the subcommand: --kebab-case names, help with type, default,
// range and choices. The table must live as long as the subcommand.
void bind(CLI::App& command, OptionTable& table);

// Declares the subcommand `name` with the options of `Options::table()` and calls `run` with them
// filled in once the command line is read. `example`: what stands after "heartlab NAME".
template <typename Options>
CLI::App& add_command(CLI::App& app, const std::string& name, const std::string& summary,
                      const std::string& example, std::function<void(Options&)> run) {
  auto options = std::make_shared<Options>();
  auto table = std::make_shared<OptionTable>(options->table());
  CLI::App& command = *app.add_subcommand(name, summary);
  bind(command, *table);
  command.footer("Example: heartlab " + name + " " + example +
                 "\nExit status: 0 done; 8 done, but some files were passed over; 2 to 7 what was "
                 "wrong (docs/reference.md); 130 stopped by a signal, state saved.");
  command.callback([options, table, run] { run(*options); });
  return command;
}

// One function a subcommand, each in the file of its name.
void add_compare(CLI::App& app);
void add_evaluate(CLI::App& app);
void add_phantom(CLI::App& app);
void add_prepare(CLI::App& app);
void add_reference(CLI::App& app);
void add_segment(CLI::App& app);
void add_train(CLI::App& app);

}  // namespace heartlab::cli
