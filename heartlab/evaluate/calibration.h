#pragma once

#include <vector>

#include "heartlab/evaluate/reliability.h"

namespace heartlab {

// A mask and how good it was.
struct JudgedMask {
  std::string patient;
  MaskEvidence evidence;
  double dice = 0;
};

// The coefficients that make the confidences most likely, the Dice taken as a share of successes:
// logistic regression by Newton's method, drawn a little towards the soft Dice as it is, so that
// few or equal masks give finite coefficients.
Confidence fit_confidence(const std::vector<JudgedMask>& masks);

// What each mask's confidence is when it is fitted on the other patients' masks alone.
std::vector<Forecast> cross_validated(const std::vector<JudgedMask>& masks);

struct CalibrateOptions {
  Path model;                         // HeartLab model file
  Path data;                          // prepared data set
  std::string subset = "validation";  // patients on whom the model was not trained
  Path out;                           // model file to write
  EngineOptions engine;

  // The object must outlive the table.
  OptionTable table();
};

struct CalibrationSummary {
  int patients = 0;
  int empty = 0;           // images on which nothing was drawn: left out, they have no confidence
  Reliability soft_dice;   // of the network's own soft Dice, as it is
  Reliability calibrated;  // each patient judged by a fit on the others
};

// Fits a model's confidence on a subset and writes OUT: the model with the confidence and its error
// in the header, its weights as they are. An Error where the subset holds fewer than three patients
// with masks, or patients on whom the model was trained, where other models are joined to it, and
// where the fit gives no numbers.
CalibrationSummary calibrate(Segmenter& segmenter, const Dataset& dataset,
                             const CalibrateOptions& options);

}  // namespace heartlab
