#include "heartlab/train/elastic.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace heartlab {
namespace {

// The weights of the four control points around a place, `share` of a cell beyond the second.
std::array<double, 4> spline_weights(double share) {
  const double rest = 1 - share;
  const double square = share * share, cube = square * share;
  return {rest * rest * rest / 6, (3 * cube - 6 * square + 4) / 6,
          (-3 * cube + 3 * square + 3 * share + 1) / 6, cube / 6};
}

}  // namespace

ElasticField::ElasticField(int side, double strength, Generator& generator)
    : cells_per_pixel_(static_cast<double>(kCells) / side) {
  grid_.resize(static_cast<std::size_t>(kPoints) * kPoints);
  for (auto& [x, y] : grid_) {
    const double length = generator.uniform(0, strength);
    const double angle = generator.uniform(0, 2 * std::numbers::pi);
    x = length * std::cos(angle);
    y = length * std::sin(angle);
  }
}

Point ElasticField::at(double column, double row) const {
  const double u = std::clamp(column * cells_per_pixel_, 0.0, static_cast<double>(kCells));
  const double v = std::clamp(row * cells_per_pixel_, 0.0, static_cast<double>(kCells));
  const int first_column = std::min(static_cast<int>(u), kCells - 1);
  const int first_row = std::min(static_cast<int>(v), kCells - 1);
  const auto across = spline_weights(u - first_column);
  const auto down = spline_weights(v - first_row);
  Point sum{0, 0};
  for (int i = 0; i < 4; ++i) {
    for (int j = 0; j < 4; ++j) {
      const Point& vector =
          grid_[static_cast<std::size_t>((first_row + i) * kPoints + first_column + j)];
      const double weight = down[static_cast<std::size_t>(i)] * across[static_cast<std::size_t>(j)];
      sum.x += weight * vector.x;
      sum.y += weight * vector.y;
    }
  }
  return sum;
}

}  // namespace heartlab
