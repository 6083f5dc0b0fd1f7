#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>

#include "cli/command.h"
#include "heartlab/core/error.h"
#include "heartlab/core/interrupt.h"
#include "heartlab/core/log.h"
#include "heartlab/core/manifest.h"
#include "heartlab/core/progress.h"

namespace {

using namespace heartlab;

void add_commands(CLI::App& app) {
#ifndef HEARTLAB_ONLY_LEARNING
  cli::add_prepare(app);
#endif
  cli::add_train(app);
  cli::add_tune(app);
#ifndef HEARTLAB_ONLY_LEARNING
  cli::add_crossval(app);
  cli::add_evaluate(app);
  cli::add_compare(app);
  cli::add_agree(app);
  cli::add_segment(app);
  cli::add_quantize(app);
  cli::add_calibrate(app);
  cli::add_export(app);
  cli::add_measure(app);
  cli::add_node(app);
  cli::add_node_process(app);
  cli::add_phantom(app);
#endif
  cli::add_reference(app);
}

// What CLI11 could not place, with the option that was probably meant.
std::string explain(const CLI::App& app, const CLI::ParseError& error) {
  const auto chosen = app.get_subcommands();
  const CLI::App& command = chosen.empty() ? app : *chosen.front();
  auto rest = command.remaining();
  if (rest.empty()) rest = app.remaining();
  if (rest.empty()) {
    return chosen.empty() ? "expected a command; see heartlab --help" : error.what();
  }
  std::vector<std::string> known;
  for (const auto* option : command.get_options())
    known.push_back("--" + option->get_single_name());
  for (const auto* sub : command.get_subcommands({})) known.push_back(sub->get_name());
  const std::string near = nearest_word(rest.front(), known);
  return fmt::format(
      "unknown {} '{}'{}", rest.front().starts_with("-") ? "option" : "word", rest.front(),
      near.empty()
          ? fmt::format("; see heartlab {}--help", chosen.empty() ? "" : command.get_name() + " ")
          : fmt::format("; did you mean '{}'?", near));
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("DeepLab segmentation of short-axis heart MRI", "heartlab");
  app.set_version_flag("--version", version());
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);
  app.add_flag_callback(
      "-q,--quiet",
      [] {
        log_only_warnings();
        Progress::silence();
      },
      "No progress, and of the messages only warnings");
  add_commands(app);
  catch_interrupts();
  try {
    app.parse(argc, argv);
    return 0;
  } catch (const CLI::RuntimeError& error) {
    return error.get_exit_code();  // work that ended well, with something to report
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    fmt::print(stderr, "heartlab: {}\n", explain(app, error));
    return exit_status(ErrorKind::kUsage);
  } catch (const Error& error) {
    fmt::print(stderr, "heartlab: {}\n", error.what());
    return exit_status(error.kind());
  } catch (const std::filesystem::filesystem_error& error) {
    fmt::print(stderr, "heartlab: {}: {}\n", error.path1().string(), error.code().message());
    return exit_status(kind_of(error.code()));
  } catch (const std::exception& error) {
    fmt::print(stderr, "heartlab: internal error: {}\n", error.what());
    return exit_status(ErrorKind::kInternal);
  }
}
