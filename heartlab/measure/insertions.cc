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

// Each lies on the images of its slice.
void check_within(const std::vector<std::optional<Point>>& points, const std::string& option,
                  const std::vector<StackImage>& images, const StackLayout& layout) {
  for (std::size_t s = 0; s < points.size(); ++s) {
    for (const int index : layout.images[s]) {
      if (index < 0 || !points[s]) continue;
      const StackImage& image = images[static_cast<std::size_t>(index)];
      const auto& [x, y] = *points[s];
      const bool inside = x > -0.5 && x < image.columns - 0.5 && y > -0.5 && y < image.rows - 0.5;
      if (inside || image.rows == 0) continue;
      fail(ErrorKind::kUsage,
           "{}: expected a point on the images, found x {:.1f}, y {:.1f} (pixels, from 0) on slice "
           "{}, whose images have {} columns and {} rows",
           option, x, y, s + 1, image.columns, image.rows);
    }
  }
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
  if (!options.rv_insertions.empty()) {
    auto points = from_file(options.rv_insertions, layout.slices());
    check_within(points, "--rv-insertions " + options.rv_insertions.string(), images, layout);
    return points;
  }
  std::vector<std::optional<Point>> points(layout.positions.size());
  for (std::size_t s = 0; s < points.size() && !given.empty(); ++s) {
    for (const int index : layout.images[s]) {
      if (index < 0 || points[s]) continue;
      points[s] = given.size() == 2
                      ? Point{given[0], given[1]}
                      : on_plane(given, images[static_cast<std::size_t>(index)].geometry);
    }
  }
  check_within(points, "--rv-insertion", images, layout);
  return points;
}

}  // namespace heartlab
