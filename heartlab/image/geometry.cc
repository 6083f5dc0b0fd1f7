#include "heartlab/image/geometry.h"

namespace heartlab {

std::array<double, 3> Geometry::normal() const {
  const auto& r = row_direction;
  const auto& c = column_direction;
  return {r[1] * c[2] - r[2] * c[1], r[2] * c[0] - r[0] * c[2], r[0] * c[1] - r[1] * c[0]};
}

double Geometry::distance_along_normal() const {
  const auto n = normal();
  return position[0] * n[0] + position[1] * n[1] + position[2] * n[2];
}

}  // namespace heartlab
