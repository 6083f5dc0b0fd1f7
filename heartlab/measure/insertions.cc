#include "heartlab/measure/insertions.h"

#include <cmath>

#include "heartlab/core/csv.h"
#include "heartlab/core/error.h"

namespace heartlab {
namespace {

// The point's foot on the image's plane, in pixels.
Point on_plane(const std::vector<double>& patient, const Geometry& geometry) {
  double along_row = 0, down_column = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    along_row += (patient[i] - geometry.position[i]) * geometry.row_direction[i];
    down_column += (patient[i] - geometry.position[i]) * geometry.column_direction[i];
  }
  return {along_row / geometry.spacing.column, down_column / geometry.spacing.row};
}

std::vector<std::optional<Point>> from_file(const Path& file, int slices) {
  const NumberTable table = read_number_table(file);
  const auto slice = table.column("slice", file);
  const auto x = table.column("x", file), y = table.column("y", file);
  std::vector<std::optional<Point>> points(static_cast<std::size_t>(slices));
  for (std::size_t i = 0; i < slice.size(); ++i) {
    const bool good = std::isfinite(x[i]) && std::isfinite(y[i]) && slice[i] >= 1 &&
                      slice[i] <= slices && slice[i] == std::floor(slice[i]);
    if (!good) {
      fail(ErrorKind::kBadInput,
           "{}, line {}: expected a slice from 1 to {} and two numbers, found {},{},{}",
           file.string(), i + 2, slices, slice[i], x[i], y[i]);
    }
    points[static_cast<std::size_t>(slice[i]) - 1] = Point{x[i], y[i]};
  }
  return points;
}

}  // namespace

std::vector<std::optional<Point>> insertions_of(const MeasureOptions& options,
                                                const std::vector<StackImage>& images,
                                                const StackLayout& layout) {
  const auto& given = options.rv_insertion;
  if (!given.empty() && given.size() != 2 && given.size() != 3) {
    fail(ErrorKind::kUsage, "--rv-insertion: expected X,Y or X,Y,Z, found {} numbers",
         given.size());
  }
  if (!layout.refused.empty()) return {};
  if (!options.rv_insertions.empty()) return from_file(options.rv_insertions, layout.slices());
  std::vector<std::optional<Point>> points(layout.positions.size());
  for (std::size_t s = 0; s < points.size() && !given.empty(); ++s) {
    for (const int index : layout.images[s]) {
      if (index < 0 || points[s]) continue;
      points[s] = given.size() == 2
                      ? Point{given[0], given[1]}
                      : on_plane(given, images[static_cast<std::size_t>(index)].geometry);
    }
  }
  return points;
}

}  // namespace heartlab
