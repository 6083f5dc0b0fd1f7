#include <fmt/format.h>

#include "cli/command.h"
#include "cli/open_segmenter.h"
#include "heartlab/evaluate/output.h"
#include "heartlab/evaluate/tables.h"

namespace heartlab::cli {
namespace {

void run(EvaluateOptions& options) {
  const Dataset dataset(options.data);
  Segmenter segmenter = cli::open_segmenter(options.model, options.engine);
  const Evaluation evaluation = write_evaluation(segmenter, dataset, options);
  fmt::print("{}\nreport: {}\n", tables_markdown(evaluation, options.model.filename().string()),
             (options.out / "report.html").string());
}

}  // namespace

void add_evaluate(CLI::App& app) {
  add_command<EvaluateOptions>(app, "evaluate", "Judge a model on a data set: tables, report",
                               "--model run/model.safetensors --data hearts --subset test "
                               "--out evaluation",
                               run);
}

}  // namespace heartlab::cli
