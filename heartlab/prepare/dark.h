#pragma once

#include <vector>

#include "heartlab/image/raster.h"
#include "heartlab/prepare/standardisation.h"

namespace heartlab {

// How bright an image is, in the units of what it is seen by.
struct Brightness {
  double centre_mean = 0;   // mean of the middle half of rows and columns, where the heart lies
  double centre_upper = 0;  // 95th percentile of the same region
};

// In grey values.
Brightness brightness_of(const GreyImage& image);
// As a network sees it: above what it is given for black.
Brightness brightness_of(const GreyImage& image, const Standardisation& seen_by);

// Which images are dark: docs/how-to/prepare.md states the rule.
std::vector<bool> find_dark(const std::vector<Brightness>& images);

}  // namespace heartlab
