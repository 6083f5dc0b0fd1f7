#pragma once

#include <string>
#include <vector>

#include "heartlab/core/options.h"
#include "heartlab/model/quantisation.h"

namespace heartlab {

struct QuantiseOptions {
  Path model;                // HeartLab model file
  Path data;                 // prepared data set
  Path out;                  // model file to write
  int images = 48;           // to calibrate on, spread over the training side
  double quantile = 0.9999;  // of a layer's values that 8 bits hold; the others are cut
  double agreement = 0.99;   // mean Dice to reach between masks in 8 bits and in fp32
  int threads = 0;           // 0 = the cores at hand

  // The object must outlive the table.
  OptionTable table();
};

// One arithmetic on the images that were not used to calibrate.
struct ArithmeticFigures {
  std::string name;      // "fp32", "bf16", "int8"
  double dice = 0;       // with the truth, mean over images
  double agreement = 0;  // with the masks in fp32, mean Dice over images
  int missed = 0;        // the truth has the structure and the mask none
};

struct QuantiseSummary {
  int calibrated_on = 0;          // images
  int judged_on = 0;              // images
  int layers = 0;                 // in 8 bits
  std::vector<std::string> kept;  // layers that hurt most and stay in bf16 or fp32
  std::vector<ArithmeticFigures> figures;
};

// Finds what of the model can be computed in 8 bits: ranges of activations on images of the data
// set's training side; then, while the masks agree with those in fp32 less than asked, the layers
// whose rounding changes the logits most go back. Judged on the validation side (the training side
// where that is empty). Writes OUT: the model with ranges and figures in its header, its weights as
// they are. An Error where the agreement is not reached with any layer in 8 bits, or the data set
// is of another structure.
QuantiseSummary quantise(const QuantiseOptions& options);

}  // namespace heartlab
