#pragma once

#include <functional>
#include <string>
#include <vector>

#include "heartlab/evaluate/measures.h"
#include "heartlab/evaluate/tables.h"

namespace heartlab {

struct CompareOptions {
  std::vector<Path> models;  // at least two
  Path data;
  std::string subset = "test";
  Path out;
  int examples = 3;  // images of each kind to show
  EngineOptions engine;

  // The object must outlive the table.
  OptionTable table();
};

// A model on the subset that all of a comparison share.
struct NamedEvaluation {
  std::string name;
  Evaluation evaluation;
  std::string drawn;  // how_drawn_text()
};

// The difference of two models' mean Dice by patient, with a bootstrap interval over the patients.
struct PairedDifference {
  std::string name;  // of the model that is compared with the first
  double mean = 0;   // this model minus the first
  Interval ci95;
};
std::vector<PairedDifference> paired_differences(const std::vector<NamedEvaluation>& models);

// "-0.010 to +0.020"; "–" where undefined, as with one patient.
std::string difference_text(const Interval& interval);

// Short names for model files: the stem; with its folder where stems are alike; numbered where that
// is not enough.
std::vector<std::string> distinct_names(const std::vector<Path>& models);

// Images that show how the models differ, by index into the records: the largest spreads of Dice
// first, then those where the models together are best, in the middle and worst; none twice.
std::vector<std::size_t> telling_images(const std::vector<NamedEvaluation>& models, int count);

// Of each model what its figures hold for: provenance().
std::vector<std::string> model_lines(const std::vector<NamedEvaluation>& models);

// comparison.md, and the self-contained comparison.html.
std::string comparison_markdown(const std::vector<NamedEvaluation>& models);
std::string comparison_html(const Dataset& dataset, const std::vector<NamedEvaluation>& models,
                            int count);

// Runs every model (opened one at a time by `open`) on the subset and writes OPTIONS.out whole or
// not at all: comparison.md, comparison.json, comparison.html, overlays/*.png, manifest.json.
std::vector<NamedEvaluation> write_comparison(const std::function<Segmenter(const Path&)>& open,
                                              const Dataset& dataset,
                                              const CompareOptions& options);

}  // namespace heartlab
