#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace heartlab {

// A two-dimensional array, row by row.
template <typename T>
struct Raster {
  int rows = 0;
  int columns = 0;
  std::vector<T> pixels;  // rows x columns

  Raster() = default;
  Raster(int row_count, int column_count, T value = T{})
      : rows(row_count),
        columns(column_count),
        pixels(static_cast<std::size_t>(row_count) * static_cast<std::size_t>(column_count),
               value) {}

  T& at(int row, int column) { return pixels[index(row, column)]; }
  const T& at(int row, int column) const { return pixels[index(row, column)]; }
  bool contains(int row, int column) const {
    return row >= 0 && row < rows && column >= 0 && column < columns;
  }
  bool empty() const { return pixels.empty(); }
  bool operator==(const Raster&) const = default;

 private:
  std::size_t index(int row, int column) const {
    return static_cast<std::size_t>(row) * static_cast<std::size_t>(columns) +
           static_cast<std::size_t>(column);
  }
};

using Image = Raster<float>;             // grey values as the scanner means them
using GreyImage = Raster<std::uint8_t>;  // 8-bit grey
using Mask = Raster<std::uint8_t>;       // 0 = background, any other value = the structure

struct Colour {
  std::uint8_t red = 0, green = 0, blue = 0;
  bool operator==(const Colour&) const = default;
};
using ColourImage = Raster<Colour>;

std::size_t count_set(const Mask& mask);

}  // namespace heartlab
