#include "heartlab/metrics/surface.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "heartlab/core/error.h"
#include "heartlab/image/outlines.h"
#include "heartlab/image/regions.h"
#include "heartlab/metrics/interval.h"

namespace heartlab {
namespace {

using Outlines = std::vector<std::vector<Point>>;  // closed, in millimetres

Outlines outlines_in_millimetres(const Mask& mask, PixelSpacing spacing) {
  if (!spacing.known()) spacing = {1, 1};
  Outlines outlines;
  for (const auto& border : trace(mask)) {
    auto& line = outlines.emplace_back();
    for (const Point& point : smoothed(border).points) {
      line.push_back({point.x * spacing.column, point.y * spacing.row});
    }
  }
  return outlines;
}

double squared_distance(const Point& from, const Point& start, const Point& end) {
  const double x = end.x - start.x, y = end.y - start.y;
  const double length = x * x + y * y;
  const double along = ((from.x - start.x) * x + (from.y - start.y) * y) / std::max(length, 1e-12);
  const double share = std::clamp(along, 0.0, 1.0);
  const double dx = start.x + share * x - from.x, dy = start.y + share * y - from.y;
  return dx * dx + dy * dy;
}

// From every corner of one mask's outlines, which are less than a pixel apart, to the nearest place
// on the other's.
std::vector<double> directed_distances(const Outlines& from, const Outlines& to) {
  std::vector<double> distances;
  for (const auto& line : from) {
    for (const Point& point : line) {
      double least = std::numeric_limits<double>::infinity();
      for (const auto& other : to) {
        for (std::size_t i = 0; i < other.size(); ++i) {
          const Point& next = other[i + 1 == other.size() ? 0 : i + 1];
          least = std::min(least, squared_distance(point, other[i], next));
        }
      }
      distances.push_back(std::sqrt(least));
    }
  }
  return distances;
}

}  // namespace

std::optional<SurfaceDistances> surface_distances(const Mask& truth, const Mask& prediction,
                                                  PixelSpacing spacing) {
  if (truth.rows != prediction.rows || truth.columns != prediction.columns) {
    fail(ErrorKind::kInternal, "surface distances: truth of {} x {} pixels, prediction of {} x {}",
         truth.rows, truth.columns, prediction.rows, prediction.columns);
  }
  if (count_set(truth) == 0 || count_set(prediction) == 0) return std::nullopt;
  const Outlines expected = outlines_in_millimetres(truth, spacing);
  const Outlines found_lines = outlines_in_millimetres(prediction, spacing);
  std::vector<double> distances = directed_distances(expected, found_lines);
  const std::vector<double> back = directed_distances(found_lines, expected);
  SurfaceDistances found;
  found.hausdorff95 = std::max(quantile(distances, 0.95), quantile(back, 0.95));
  found.to_truth = mean(back);
  distances.insert(distances.end(), back.begin(), back.end());
  found.average = mean(distances);
  return found;
}

}  // namespace heartlab
