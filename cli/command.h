#pragma once

#include <functional>
#include <memory>
#include <string>

#include "heartlab/core/options.h"

namespace CLI {
class App;  // CLI11's header is read where it is used: it takes a compiler longer than a subcommand
}

namespace heartlab::cli {

// Declares the subcommand `name` with every option of the table: --kebab-case names, help with
// type, default, range and choices. Calls `run` once the command line is read.
// `example`: what stands after "heartlab NAME".
void declare(CLI::App& app, const std::string& name, const std::string& summary,
             const std::string& example, std::shared_ptr<OptionTable> table,
             std::function<void()> run);

// The same with the options of `Options::table()`, filled in when `run` is called.
template <typename Options>
void add_command(CLI::App& app, const std::string& name, const std::string& summary,
                 const std::string& example, std::function<void(Options&)> run) {
  auto options = std::make_shared<Options>();
  auto table = std::make_shared<OptionTable>(options->table());
  declare(app, name, summary, example, table, [options, run] { run(*options); });
}

// One function a subcommand, each in the file of its name.
void add_calibrate(CLI::App& app);
void add_agree(CLI::App& app);
void add_compare(CLI::App& app);
void add_crossval(CLI::App& app);
void add_evaluate(CLI::App& app);
void add_export(CLI::App& app);
void add_measure(CLI::App& app);
void add_node(CLI::App& app);
void add_node_process(CLI::App& app);
void add_phantom(CLI::App& app);
void add_prepare(CLI::App& app);
void add_quantize(CLI::App& app);
void add_reference(CLI::App& app);
void add_segment(CLI::App& app);
void add_train(CLI::App& app);
void add_tune(CLI::App& app);

}  // namespace heartlab::cli
