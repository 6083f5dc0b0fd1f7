#pragma once

#include <algorithm>
#include <cmath>

namespace heartlab {

// Seconds to wait after `failures` failures in a row: `first` after one, doubled after each more,
// never above `most`.
inline double backoff_seconds(int failures, double first, double most) {
  constexpr int kDoublings = 60;  // beyond, any `most` is reached
  if (failures <= 0) return 0;
  return std::min(most, std::ldexp(first, std::min(failures - 1, kDoublings)));
}

}  // namespace heartlab
