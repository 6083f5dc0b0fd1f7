#pragma once

#include <cmath>

#include "heartlab/image/raster.h"

namespace heartlab {

// The value at column x, row y between pixel centres; 0 outside.
template <typename T>
float bilinear(const Raster<T>& image, double x, double y) {
  const int column = static_cast<int>(std::floor(x));
  const int row = static_cast<int>(std::floor(y));
  const auto fx = static_cast<float>(x - column);
  const auto fy = static_cast<float>(y - row);
  const auto value = [&](int r, int c) {
    return image.contains(r, c) ? static_cast<float>(image.at(r, c)) : 0.0F;
  };
  const float top = value(row, column) * (1 - fx) + value(row, column + 1) * fx;
  const float bottom = value(row + 1, column) * (1 - fx) + value(row + 1, column + 1) * fx;
  return top * (1 - fy) + bottom * fy;
}

}  // namespace heartlab
