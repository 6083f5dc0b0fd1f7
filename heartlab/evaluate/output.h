#pragma once

#include <string>

#include "heartlab/core/options.h"
#include "heartlab/evaluate/measures.h"

namespace heartlab {

struct EvaluateOptions {
  Path model;
  Path data;
  std::string subset = "test";
  Path out;
  int examples = 3;                    // best, median and worst images each
  bool without_training_side = false;  // do not run the model on the training side
  EngineOptions engine;

  // The object must outlive the table.
  OptionTable table();
};

// Runs the model on the subset (and, for its pictures, on the training side) and writes
// OPTIONS.out whole or not at all: metrics.json, per_image.csv, tables.md, report.html,
// overlays/<subset>/*.png, manifest.json.
Evaluation write_evaluation(Segmenter& segmenter, const Dataset& dataset,
                            const EvaluateOptions& options);

}  // namespace heartlab
