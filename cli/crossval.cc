#include "heartlab/search/crossval.h"

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/open_segmenter.h"
#include "heartlab/learning/learning.h"

namespace heartlab::cli {
namespace {

void run(CrossvalOptions& options) {
  const auto train = learning("heartlab crossval").train;
  const CrossValidation found = cross_validate(options, train, [&](const Path& model) {
    return heartlab::open_segmenter(model, options.engine);
  });
  fmt::print("{}\nresults: {}\n",
             crossval_markdown(found, std::filesystem::absolute(options.out).filename().string()),
             (options.out / "crossval.json").string());
}

}  // namespace

void add_crossval(CLI::App& app) {
  add_command<CrossvalOptions>(app, "crossval",
                               "Train and judge a recipe fold by fold, each patient judged once",
                               "--data hearts --config configs/recommended.toml --folds 5 --out "
                               "folds",
                               run);
}

}  // namespace heartlab::cli
