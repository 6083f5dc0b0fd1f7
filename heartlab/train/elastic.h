#pragma once

#include <vector>

#include "heartlab/core/random.h"
#include "heartlab/image/contour.h"

namespace heartlab {

// A smooth random displacement of a square: a uniform cubic B-spline over a coarse grid of random
// vectors (Rueckert et al. 1999, eq. 2), kCells cells a side. Every vector is at most `strength`
// pixels long, drawn uniformly, and so is what lies between them. As long as that is at most
// side / (2 kCells) nothing is folded.
class ElasticField {
 public:
  static constexpr int kCells = 6;

  // `strength` 0: no displacement anywhere.
  ElasticField(int side, double strength, Generator& generator);
  // Where pixel (column, row) is taken from, relative to itself: pixels.
  Point at(double column, double row) const;

 private:
  static constexpr int kPoints = kCells + 3;  // of the grid, a side

  double cells_per_pixel_;
  std::vector<Point> grid_;  // kPoints x kPoints, row by row
};

}  // namespace heartlab
