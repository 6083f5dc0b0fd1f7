#pragma once

#include <vector>

#include "heartlab/image/raster.h"

namespace heartlab {

// How bright an 8-bit image is.
struct Brightness {
  double centre_mean = 0;   // mean of the middle half of rows and columns, where the heart lies
  double centre_upper = 0;  // 95th percentile of the same region
};

Brightness brightness_of(const GreyImage& image);

// Which images are dark: docs/how-to/prepare.md states the rule.
std::vector<bool> find_dark(const std::vector<Brightness>& images);

}  // namespace heartlab
