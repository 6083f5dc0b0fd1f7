#include "heartlab/capi/caller_image.h"

#include <cmath>
#include <cstring>

#include "heartlab/core/error.h"
#include "heartlab/image/most_pixels.h"
#include "heartlab/image/spacing_limits.h"

namespace heartlab {
namespace {

std::ptrdiff_t pixel_bytes(int type) {
  switch (type) {
    case HEARTLAB_UINT8:
      return 1;
    case HEARTLAB_UINT16:
    case HEARTLAB_INT16:
      return 2;
    case HEARTLAB_FLOAT32:
      return 4;
  }
  fail(ErrorKind::kUsage, "image: type: expected a heartlab_pixel_type, 0 to 3, found {}", type);
}

void check_extent(const char* name, int extent) {
  if (extent >= 1 && extent <= HEARTLAB_LARGEST_SIDE) return;
  fail(ErrorKind::kUsage, "image: {}: expected 1 to {}, found {}", name, HEARTLAB_LARGEST_SIDE,
       extent);
}

// Beyond it the map to a model's square has no meaning.
void check_spacing(const char* name, double millimetres) {
  if (millimetres == 0 || is_possible(millimetres)) return;
  fail(ErrorKind::kUsage, "image: {}: expected 0 (unknown), or {} to {} mm, found {}", name,
       kLeastSpacing, kMostSpacing, millimetres);
}

void check(const heartlab_image& image, std::ptrdiff_t row_bytes) {
  if (image.pixels == nullptr) {
    fail(ErrorKind::kUsage, "image: pixels: expected an address, found NULL");
  }
  check_extent("rows", image.rows);
  check_extent("columns", image.columns);
  if (static_cast<std::uint64_t>(image.rows) * static_cast<std::uint64_t>(image.columns) >
      kMostPixels) {
    fail(ErrorKind::kUsage, "image: expected at most {} pixels, found {} x {}", kMostPixels,
         image.rows, image.columns);
  }
  if (image.stride != 0 && std::abs(image.stride) < row_bytes) {
    fail(ErrorKind::kUsage, "image: stride: expected 0 or at least the {} bytes of a row, found {}",
         row_bytes, image.stride);
  }
  if (!std::isfinite(image.window_centre) || !std::isfinite(image.window_width) ||
      image.window_width < 0) {
    fail(ErrorKind::kUsage, "image: window: expected finite numbers and a width of 0 or more");
  }
  check_spacing("row_spacing", image.row_spacing);
  check_spacing("column_spacing", image.column_spacing);
}

// Rows may begin at any address.
template <typename T>
void copy_row(const unsigned char* from, int columns, float* to) {
  for (int column = 0; column < columns; ++column) {
    T value;
    std::memcpy(&value, from + static_cast<std::size_t>(column) * sizeof(T), sizeof(T));
    to[column] = static_cast<float>(value);
  }
}

void copy_row(int type, const unsigned char* from, int columns, float* to) {
  switch (type) {
    case HEARTLAB_UINT8:
      return copy_row<std::uint8_t>(from, columns, to);
    case HEARTLAB_UINT16:
      return copy_row<std::uint16_t>(from, columns, to);
    case HEARTLAB_INT16:
      return copy_row<std::int16_t>(from, columns, to);
    case HEARTLAB_FLOAT32:
      return copy_row<float>(from, columns, to);
  }
}

}  // namespace

Image read_image(const heartlab_image& image) {
  const std::ptrdiff_t row_bytes = pixel_bytes(image.type) * image.columns;
  check(image, row_bytes);
  const std::ptrdiff_t stride = image.stride == 0 ? row_bytes : image.stride;
  Image values(image.rows, image.columns);
  for (int row = 0; row < image.rows; ++row) {
    float* to = &values.at(row, 0);
    copy_row(image.type, static_cast<const unsigned char*>(image.pixels) + row * stride,
             image.columns, to);
    for (int column = 0; column < image.columns; ++column) {
      if (!std::isfinite(to[column])) {
        fail(ErrorKind::kBadInput, "image: row {}, column {}: expected a finite value, found {}",
             row, column, to[column]);
      }
    }
  }
  return values;
}

}  // namespace heartlab
