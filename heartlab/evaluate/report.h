#pragma once

#include <optional>
#include <string>

#include "heartlab/evaluate/measures.h"

namespace heartlab {

// Everything the report of one model on one data set speaks of.
struct ReportSubject {
  const Dataset& dataset;
  const ModelDescription& model;
  std::string model_name;  // file name
  std::string engine;      // how_drawn_text()
  const Evaluation& evaluation;
  std::optional<Evaluation> training_side;  // where it was looked at too
  int examples = 3;                         // best, median and worst images each
};

// The self-contained HTML page a physician can read: what was measured in plain words first, then
// tables, patients, pictures, limits and the facts of the model.
std::string html_report(const ReportSubject& subject);

// "the muscle of the left ventricle (myocardium)".
std::string structure_name(const std::string& target);

}  // namespace heartlab
