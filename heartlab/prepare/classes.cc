#include "heartlab/prepare/classes.h"

#include <algorithm>
#include <cmath>

#include "heartlab/core/error.h"
#include "heartlab/image/regions.h"
#include "heartlab/image/square_map.h"
#include "heartlab/prepare/dataset.h"

namespace heartlab {
namespace {

constexpr double kOverhang = 1.0;  // pixels beyond the image's edge that are cut off silently

void check_size(const Label& label, int rows, int columns, const SourceImage& image) {
  if (rows == image.grey.rows && columns == image.grey.columns) return;
  fail(ErrorKind::kBadInput, "{}: drawn on {}x{} pixels (rows x columns), {} has {}x{}",
       label.name(), rows, columns, image.input.file.string(), image.grey.rows, image.grey.columns);
}

// The contour moved by the offset and cut at the edges of the image, which lie half a pixel
// beyond the outer pixels' centres.
Contour within(Contour contour, const Label& label, const SourceImage& image, int offset_x,
               int offset_y) {
  const double right = image.grey.columns - 0.5;
  const double bottom = image.grey.rows - 0.5;
  for (auto& [x, y] : contour.points) {
    x += offset_x;
    y += offset_y;
    const bool near = x > -0.5 - kOverhang && x < right + kOverhang && y > -0.5 - kOverhang &&
                      y < bottom + kOverhang;
    if (!near) {
      fail(ErrorKind::kBadInput,
           "{}: the contour leaves the image at x {:.2f}, y {:.2f} (0-based, offset included); {} "
           "has {} columns and {} rows",
           label.name(), x, y, image.input.file.string(), image.grey.columns, image.grey.rows);
    }
    x = std::clamp(x, -0.5, right);
    y = std::clamp(y, -0.5, bottom);
  }
  return contour;
}

// A line that crosses itself, or runs around twice, encloses another area by its pixels (even-odd)
// than by its points (shoelace formula).
void check_simple(const Contour& contour, const Label& label, const SourceImage& image) {
  constexpr double kTolerance = 0.1, kFewPixels = 20;
  const double by_points = area(contour);
  const auto by_pixels =
      static_cast<double>(count_set(rasterise(contour, image.grey.rows, image.grey.columns)));
  const double apart = std::abs(by_points - by_pixels);
  if (apart <= std::max(kFewPixels, kTolerance * std::max(by_points, by_pixels))) return;
  fail(ErrorKind::kBadInput,
       "{}: expected a line around an area once, found one that crosses itself or runs around "
       "twice ({:.0f} square pixels by its points, {:.0f} by its pixels)",
       label.name(), by_points, by_pixels);
}

Mask rasterised(const Contour& contour, const Label& label, const SourceImage& image,
                const SquareMap& map, const ClassOptions& options) {
  const Contour fitted = fitted_contour(contour, label, image, options.offset_x, options.offset_y);
  return rasterise(map.to_square(fitted), map.size(), map.size());
}

Mask moved(const Mask& mask, int dx, int dy) {
  Mask result(mask.rows, mask.columns);
  for (int row = 0; row < mask.rows; ++row) {
    for (int column = 0; column < mask.columns; ++column) {
      if (mask.contains(row - dy, column - dx)) {
        result.at(row, column) = mask.at(row - dy, column - dx);
      }
    }
  }
  return result;
}

Mask structure_of(const LabelledImage& pair, const SquareMap& map, const ClassOptions& options) {
  if (pair.mask != nullptr) {
    const Mask& mask = pair.mask->mask;
    check_size(*pair.mask, mask.rows, mask.columns, *pair.image);
    return map.to_square(moved(mask, options.offset_x, options.offset_y));
  }
  const Mask cavity = rasterised(pair.endocardium->contours.endocardium, *pair.endocardium,
                                 *pair.image, map, options);
  if (options.target == "cavity") return cavity;
  check_nested(pair.endocardium->contours.endocardium, pair.epicardium->contours.epicardium,
               *pair.endocardium, *pair.image);
  Mask structure =
      rasterised(pair.epicardium->contours.epicardium, *pair.epicardium, *pair.image, map, options);
  for (std::size_t i = 0; i < structure.pixels.size(); ++i) {
    if (cavity.pixels[i] != 0) structure.pixels[i] = 0;
  }
  return structure;
}

// Millimetres between the pixels of the square.
PixelSpacing square_spacing(const SourceImage& image, const SquareMap& map) {
  const PixelSpacing source = image.geometry.spacing, pixels = map.source_pixels();
  if (!source.known()) return {kUnknownSide / map.size(), kUnknownSide / map.size()};
  return {source.row * pixels.row, source.column * pixels.column};
}

// What the endocardium says of the myocardium.
void make_partial(Raster<std::uint8_t>& classes, const Mask& endocardium, const LabelledImage& pair,
                  const SquareMap& map, const ClassOptions& options) {
  if (count_set(endocardium) == 0) {
    const Label& label = pair.mask != nullptr ? *pair.mask : *pair.endocardium;
    fail(ErrorKind::kBadInput, "{}: a partial label without endocardium says nothing",
         label.name());
  }
  const Image distance = distance_to(endocardium, square_spacing(*pair.image, map));
  for (std::size_t i = 0; i < classes.pixels.size(); ++i) {
    if (classes.pixels[i] == kIgnoredClass) continue;
    const float away = distance.pixels[i];
    classes.pixels[i] = endocardium.pixels[i] != 0       ? kBackgroundClass
                        : away <= options.partial_wall   ? kStructureClass
                        : away <= options.partial_margin ? kIgnoredClass
                                                         : kBackgroundClass;
  }
}

// Of a partial label as if its endocardium were the structure.
ClassOptions drawn_on(const LabelledImage& pair, ClassOptions options) {
  if (!pair.partial) return options;
  options.target = "cavity";
  options.offset_x = options.partial_offset_x;
  options.offset_y = options.partial_offset_y;
  return options;
}

}  // namespace

Contour fitted_contour(const Contour& contour, const Label& label, const SourceImage& image,
                       int offset_x, int offset_y) {
  const auto& [rows, columns] = std::pair{label.contours.rows, label.contours.columns};
  if (rows > 0 && columns > 0) check_size(label, rows, columns, image);
  Contour fitted = within(contour, label, image, offset_x, offset_y);
  check_simple(fitted, label, image);
  return fitted;
}

void check_nested(const Contour& endocardium, const Contour& epicardium, const Label& label,
                  const SourceImage& image) {
  if (area(endocardium) > area(epicardium)) {
    fail(ErrorKind::kBadInput,
         "{}: expected the endocardium within the epicardium, found it larger (swapped?)",
         label.name());
  }
  constexpr double kLeastWithin = 0.5;
  const Mask inner = rasterise(endocardium, image.grey.rows, image.grey.columns);
  const Mask outer = rasterise(epicardium, image.grey.rows, image.grey.columns);
  std::size_t inside = 0;
  for (std::size_t i = 0; i < inner.pixels.size(); ++i) {
    inside += inner.pixels[i] != 0 && outer.pixels[i] != 0 ? 1 : 0;
  }
  const auto all = static_cast<double>(count_set(inner));
  if (static_cast<double>(inside) >= kLeastWithin * all) return;
  fail(ErrorKind::kBadInput,
       "{}: expected the endocardium within the epicardium, found {:.0f} % of it there",
       label.name(), 100 * static_cast<double>(inside) / all);
}

Raster<std::uint8_t> classes_of(const LabelledImage& pair, const ClassOptions& options) {
  const int rows = pair.image->grey.rows;
  const int columns = pair.image->grey.columns;
  const SquareMap map = options.preparation.map(rows, columns, pair.image->geometry.spacing);
  const int size = map.size();
  const Mask structure = structure_of(pair, map, drawn_on(pair, options));
  Raster<std::uint8_t> classes(size, size, kBackgroundClass);
  for (int row = 0; row < size; ++row) {
    for (int column = 0; column < size; ++column) {
      const Point source =
          map.to_source(Point{static_cast<double>(column), static_cast<double>(row)});
      const bool inside = source.x >= -0.5 && source.x <= columns - 0.5 && source.y >= -0.5 &&
                          source.y <= rows - 0.5;
      if (!inside) {
        classes.at(row, column) = kIgnoredClass;
      } else if (structure.at(row, column) != 0) {
        classes.at(row, column) = kStructureClass;
      }
    }
  }
  if (pair.partial) make_partial(classes, structure, pair, map, options);
  return classes;
}

}  // namespace heartlab
