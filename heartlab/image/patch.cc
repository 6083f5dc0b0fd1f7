#include "heartlab/image/patch.h"

#include <algorithm>

namespace heartlab {

Patch::Patch(const Raster<std::uint8_t>& raster) : rows_(raster.rows), columns_(raster.columns) {
  int bottom = -1, right = -1;
  top_ = rows_;
  left_ = columns_;
  for (int row = 0; row < rows_; ++row) {
    for (int column = 0; column < columns_; ++column) {
      if (raster.at(row, column) == 0) continue;
      top_ = std::min(top_, row);
      bottom = row;
      left_ = std::min(left_, column);
      right = std::max(right, column);
    }
  }
  if (bottom < 0) {
    top_ = left_ = 0;
    return;
  }
  box_ = Raster<std::uint8_t>(bottom - top_ + 1, right - left_ + 1);
  for (int row = 0; row < box_.rows; ++row) {
    for (int column = 0; column < box_.columns; ++column) {
      box_.at(row, column) = raster.at(top_ + row, left_ + column);
    }
  }
}

Raster<std::uint8_t> Patch::raster() const {
  Raster<std::uint8_t> whole(rows_, columns_);
  for (int row = 0; row < box_.rows; ++row) {
    for (int column = 0; column < box_.columns; ++column) {
      whole.at(top_ + row, left_ + column) = box_.at(row, column);
    }
  }
  return whole;
}

}  // namespace heartlab
