#pragma once

#include "heartlab/image/raster.h"

namespace heartlab {

// The part of a picture that is worth showing: what was taken in and kMargin pixels around it.
struct CropBox {
  static constexpr int kMargin = 14;
  int top = 1 << 30, left = 1 << 30, bottom = -1, right = -1;  // the last ones belong to it

  void take_in(int row, int column);
  // Within an image of this size; all of it where nothing was taken in.
  CropBox within(int rows, int columns) const;
};

GreyImage cut(const GreyImage& image, const CropBox& box);

}  // namespace heartlab
