#pragma once

#include <cmath>
#include <numbers>

#include "heartlab/core/random.h"
#include "heartlab/image/contour.h"
#include "heartlab/image/raster.h"

namespace heartlab::testing {

inline Contour circle(Point centre, double radius, int points = 720) {
  Contour contour;
  for (int i = 0; i < points; ++i) {
    const double angle = 2 * std::numbers::pi * i / points;
    contour.points.push_back(
        {centre.x + radius * std::cos(angle), centre.y + radius * std::sin(angle)});
  }
  return contour;
}

// A closed curve around the centre whose radius varies smoothly, as a contour drawn by hand.
inline Contour blob(Generator& generator, Point centre, double radius) {
  const double phase2 = generator.uniform(0, 6.28), phase3 = generator.uniform(0, 6.28);
  const double swing2 = generator.uniform(0, 0.2), swing3 = generator.uniform(0, 0.1);
  Contour contour;
  for (int i = 0; i < 90; ++i) {
    const double angle = 2 * std::numbers::pi * i / 90;
    const double r = radius * (1 + swing2 * std::cos(2 * angle + phase2) +
                               swing3 * std::cos(3 * angle + phase3));
    contour.points.push_back({centre.x + r * std::cos(angle), centre.y + r * std::sin(angle)});
  }
  return contour;
}

inline Mask random_mask(Generator& generator, int rows, int columns, double share) {
  Mask mask(rows, columns);
  for (auto& pixel : mask.pixels) pixel = generator.chance(share) ? 1 : 0;
  return mask;
}

template <typename T>
Raster<T> flipped(const Raster<T>& raster) {
  Raster<T> result = raster;
  for (int row = 0; row < raster.rows; ++row) {
    for (int column = 0; column < raster.columns; ++column) {
      result.at(row, column) = raster.at(row, raster.columns - 1 - column);
    }
  }
  return result;
}

}  // namespace heartlab::testing
