#pragma once

#include "heartlab/image/geometry.h"

namespace heartlab {

// Millimetres between pixels that an image can have. Far beyond, what is made of them overflows.
inline constexpr double kLeastSpacing = 0.001, kMostSpacing = 1000;

inline bool is_possible(double spacing) {
  return spacing >= kLeastSpacing && spacing <= kMostSpacing;
}
inline bool is_possible(PixelSpacing spacing) {
  return is_possible(spacing.row) && is_possible(spacing.column);
}

}  // namespace heartlab
