#pragma once

#include "heartlab/image/raster.h"

namespace heartlab {

// A raster of bytes that is 0 outside a box, of which only the box is kept: masks and probabilities
// of thousands of slices in little memory.
class Patch {
 public:
  Patch() = default;
  explicit Patch(const Raster<std::uint8_t>& raster);

  int rows() const { return rows_; }  // of the whole raster
  int columns() const { return columns_; }
  bool is_empty() const { return box_.empty(); }  // nothing but 0
  Raster<std::uint8_t> raster() const;
  bool operator==(const Patch&) const = default;

 private:
  int rows_ = 0, columns_ = 0;
  int top_ = 0, left_ = 0;  // of the box
  Raster<std::uint8_t> box_;
};

}  // namespace heartlab
