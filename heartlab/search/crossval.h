#pragma once

#include <functional>
#include <string>
#include <vector>

#include "heartlab/evaluate/measures.h"
#include "heartlab/search/folds.h"
#include "heartlab/search/tune.h"

namespace heartlab {

struct CrossvalOptions {
  Path data, config;
  std::vector<std::string> settings;  // key=value, over the configuration
  int folds = 5;
  double validation = 0.1;  // share of a fold's other patients that chooses the weights; 0 = none
  bool all = false;         // the patients of the test side too
  std::uint64_t seed = 1;
  bool resume = false;
  Path out;
  EngineOptions engine;

  // The object must outlive the table.
  OptionTable table();
};

// The sides of fold number `fold` (from 0): its own patients judge, of the others a share chosen by
// the seed, one at least, chooses where `options.validation` is above 0.
FoldSides sides_of_fold(const std::vector<std::vector<std::string>>& folds, std::size_t fold,
                        const CrossvalOptions& options);

// What cross-validation found: every image judged once, by the network of its patient's fold.
struct CrossValidation {
  std::vector<std::vector<std::string>> patients;  // by fold
  std::vector<Figures> figures;                    // by fold
  Evaluation pooled;                               // in the data set's order
  std::string drawn;                               // how_drawn_text()
};

using OpenFunction = std::function<Segmenter(const Path& model)>;

// Trains a network a fold, in OUT/fold-N, on the other folds' patients, and judges it on its own;
// writes OUT/crossval.json (metrics.json of the pooled images, and those of each fold), tables.md,
// per_image.csv and manifest.json. With `resume` finished folds are not trained again and an
// interrupted one goes on. Errors: as of share_out_patients() and train(); OUT holds a
// cross-validation and `resume` is false, or another one.
CrossValidation cross_validate(const CrossvalOptions& options, const TrainFunction& train,
                               const OpenFunction& open);

// tables.md: the pooled tables, under them a line a fold.
std::string crossval_markdown(const CrossValidation& found, const std::string& name);

}  // namespace heartlab
