#include "heartlab/metrics/surface.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "heartlab/core/error.h"
#include "heartlab/image/outlines.h"
#include "heartlab/image/regions.h"

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

// Finds the nearest place on outlines. Their sides lie in cells by where they start, so that of a
// mask of many small pieces only the near ones are looked at.
class NearestPlace {
 public:
  explicit NearestPlace(const Outlines& lines) {
    Point low = lines.front().front(), high = low;
    double longest = 0;
    std::vector<Side> sides;
    for (const auto& line : lines) {
      for (std::size_t i = 0; i < line.size(); ++i) {
        const Side side{line[i], line[i + 1 == line.size() ? 0 : i + 1]};
        sides.push_back(side);
        low = {std::min(low.x, side.start.x), std::min(low.y, side.start.y)};
        high = {std::max(high.x, side.start.x), std::max(high.y, side.start.y)};
        longest =
            std::max(longest, std::hypot(side.end.x - side.start.x, side.end.y - side.start.y));
      }
    }
    corner_ = low;
    constexpr double kMostCells = 128;  // a direction
    cell_ = std::max({longest, (high.x - low.x) / kMostCells, (high.y - low.y) / kMostCells, 1e-9});
    columns_ = column_of(high.x) + 1;
    rows_ = row_of(high.y) + 1;
    cells_.resize(static_cast<std::size_t>(rows_) * static_cast<std::size_t>(columns_));
    for (const Side& side : sides)
      cell(row_of(side.start.y), column_of(side.start.x)).push_back(side);
  }

  double distance(const Point& from) const {
    const int row = row_of(from.y), column = column_of(from.x);
    double least = std::numeric_limits<double>::infinity();
    const int reach = std::max({row, rows_ - 1 - row, column, columns_ - 1 - column, 0});
    for (int ring = 0; ring <= reach; ++ring) {
      // A side further out starts this far away at the least, and is no longer than a cell.
      const double beyond = (ring - 2) * cell_;
      if (beyond > 0 && least <= beyond * beyond) break;
      look_at_ring(row, column, ring, from, least);
    }
    return std::sqrt(least);
  }

 private:
  struct Side {
    Point start, end;
  };

  int row_of(double y) const { return static_cast<int>(std::floor((y - corner_.y) / cell_)); }
  int column_of(double x) const { return static_cast<int>(std::floor((x - corner_.x) / cell_)); }
  std::vector<Side>& cell(int row, int column) {
    return cells_[static_cast<std::size_t>(row) * static_cast<std::size_t>(columns_) +
                  static_cast<std::size_t>(column)];
  }

  void look_at_ring(int row, int column, int ring, const Point& from, double& least) const {
    for (int r = std::max(0, row - ring); r <= std::min(rows_ - 1, row + ring); ++r) {
      const bool whole = r == row - ring || r == row + ring;
      for (int c = column - ring; c <= column + ring; c += whole || ring == 0 ? 1 : 2 * ring) {
        if (c < 0 || c >= columns_) continue;
        const auto index = static_cast<std::size_t>(r) * static_cast<std::size_t>(columns_) +
                           static_cast<std::size_t>(c);
        for (const Side& side : cells_[index]) {
          least = std::min(least, squared_distance(from, side.start, side.end));
        }
      }
    }
  }

  Point corner_;
  double cell_ = 1;
  int rows_ = 0, columns_ = 0;
  std::vector<std::vector<Side>> cells_;
};

struct Sample {
  double distance = 0;
  double weight = 0;  // how much of the outline it stands for, mm
};

// From every corner of one mask's outlines, which are less than a pixel apart, to the nearest place
// on the other's.
std::vector<Sample> directed_distances(const Outlines& from, const Outlines& to) {
  const NearestPlace nearest(to);
  std::vector<Sample> samples;
  for (const auto& line : from) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      const Point& point = line[i];
      const Point& before = line[i == 0 ? line.size() - 1 : i - 1];
      const Point& after = line[i + 1 == line.size() ? 0 : i + 1];
      const double sides = std::hypot(point.x - before.x, point.y - before.y) +
                           std::hypot(after.x - point.x, after.y - point.y);
      samples.push_back({nearest.distance(point), sides / 2});
    }
  }
  return samples;
}

double total_weight(const std::vector<Sample>& samples) {
  double total = 0;
  for (const Sample& sample : samples) total += sample.weight;
  return total;
}

double mean_of(const std::vector<Sample>& samples) {
  double sum = 0;
  for (const Sample& sample : samples) sum += sample.weight * sample.distance;
  return sum / total_weight(samples);
}

// The least distance that this share of the outline does not exceed.
double quantile_of(std::vector<Sample> samples, double share) {
  std::ranges::sort(samples, {}, &Sample::distance);
  double left = share * total_weight(samples);
  for (const Sample& sample : samples) {
    left -= sample.weight;
    if (left <= 0) return sample.distance;
  }
  return samples.back().distance;
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
  std::vector<Sample> samples = directed_distances(expected, found_lines);
  const std::vector<Sample> back = directed_distances(found_lines, expected);
  SurfaceDistances found;
  found.hausdorff95 = std::max(quantile_of(samples, 0.95), quantile_of(back, 0.95));
  found.to_truth = mean_of(back);
  samples.insert(samples.end(), back.begin(), back.end());
  found.average = mean_of(samples);
  return found;
}

}  // namespace heartlab
