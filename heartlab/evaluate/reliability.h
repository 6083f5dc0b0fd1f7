#pragma once

#include <vector>

#include "heartlab/evaluate/measures.h"

namespace heartlab {

// What was expected of one image's mask and what came.
struct Forecast {
  double confidence = 0;
  double dice = 0;
};

// Whether confidences keep their word: images in ten bins of equal width by confidence, and in each
// the mean of what was expected beside the mean of what came (Guo et al., 2017, section 2, with the
// Dice of an image in the place of being right).
struct Reliability {
  struct Bin {
    int images = 0;
    double confidence = 0, dice = 0;  // means; 0 where there is no image
  };
  int images = 0;
  double expected_calibration_error = 0;  // mean over images of |confidence - dice| of their bins
  std::vector<Bin> bins;

  nlohmann::ordered_json to_json() const;
};

Reliability reliability(const std::vector<Forecast>& forecasts);

// Of the images that have a confidence.
std::vector<Forecast> forecasts(const Evaluation& evaluation);

}  // namespace heartlab
