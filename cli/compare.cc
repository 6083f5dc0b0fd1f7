#include "heartlab/evaluate/compare.h"

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/open_segmenter.h"

namespace heartlab::cli {
namespace {

void run(CompareOptions& options) {
  const Dataset dataset(options.data);
  const auto open = [&options](const Path& model) {
    return cli::open_segmenter(model, options.engine);
  };
  const auto models = write_comparison(open, dataset, options);
  fmt::print("{}\nreport: {}\n", comparison_markdown(models),
             (options.out / "comparison.html").string());
}

}  // namespace

void add_compare(CLI::App& app) {
  add_command<CompareOptions>(app, "compare", "Put several models side by side on a data set",
                              "--model a.safetensors b.safetensors --data hearts --out comparison",
                              run);
}

}  // namespace heartlab::cli
