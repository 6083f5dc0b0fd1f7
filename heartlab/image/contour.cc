#include "heartlab/image/contour.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "heartlab/core/error.h"

namespace heartlab {
namespace {

constexpr double kOnBorder = 1e-9;  // pixels; what rounding may move a crossing

// Where the rows' centre lines cross the edges of the polygon; a line through a vertex counts the
// edges above it only, so that the number of crossings is even.
void add_crossings(const Contour& contour, std::vector<std::vector<double>>& crossings) {
  const auto rows = static_cast<double>(crossings.size());
  for (std::size_t i = 0; i < contour.points.size(); ++i) {
    Point a = contour.points[i];
    Point b = contour.points[(i + 1) % contour.points.size()];
    if (!std::isfinite(a.x) || !std::isfinite(a.y)) {
      fail(ErrorKind::kBadInput, "contour: point {} is not a finite number", i + 1);
    }
    if (a.y > b.y) std::swap(a, b);
    const auto first = static_cast<std::size_t>(std::clamp(std::floor(a.y) + 1, 0.0, rows));
    const auto end = static_cast<std::size_t>(std::clamp(std::floor(b.y) + 1, 0.0, rows));
    for (std::size_t row = first; row < end; ++row) {
      const double share = (static_cast<double>(row) - a.y) / (b.y - a.y);
      crossings[row].push_back(a.x + share * (b.x - a.x));
    }
  }
}

// The side of a set pixel beyond which lies an unset one; counter-clockwise as seen on the screen.
enum Side { kRight, kUp, kLeft, kDown };
constexpr int kStepX[] = {1, 0, -1, 0};
constexpr int kStepY[] = {0, -1, 0, 1};

struct Crack {
  int row = 0;
  int column = 0;
  int side = kRight;
  bool operator==(const Crack&) const = default;
};

// Walks along the cracks between set and unset pixels with the set ones on the left.
class Tracer {
 public:
  explicit Tracer(const Mask& mask)
      : mask_(mask), seen_(mask.rows, mask.columns, std::uint8_t{0}) {}

  std::vector<Contour> all() {
    std::vector<Contour> contours;
    for (int row = 0; row < mask_.rows; ++row) {
      for (int column = 0; column < mask_.columns; ++column) {
        for (int side = kRight; side <= kDown; ++side) {
          const Crack crack{row, column, side};
          if (is_crack(crack) && !seen(crack)) contours.push_back(follow(crack));
        }
      }
    }
    return contours;
  }

 private:
  bool set(int row, int column) const {
    return mask_.contains(row, column) && mask_.at(row, column) != 0;
  }
  bool is_crack(const Crack& c) const {
    return set(c.row, c.column) && !set(c.row + kStepY[c.side], c.column + kStepX[c.side]);
  }
  bool seen(const Crack& c) const { return (seen_.at(c.row, c.column) >> c.side & 1) != 0; }

  Crack after(const Crack& c) const {
    const int turn = (c.side + 1) % 4;
    const int ahead_row = c.row + kStepY[turn], ahead_column = c.column + kStepX[turn];
    if (!set(ahead_row, ahead_column)) return {c.row, c.column, turn};
    const int across_row = ahead_row + kStepY[c.side];
    const int across_column = ahead_column + kStepX[c.side];
    if (!set(across_row, across_column)) return {ahead_row, ahead_column, c.side};
    return {across_row, across_column, (c.side + 3) % 4};
  }

  Contour follow(const Crack& start) {
    Contour contour;
    Crack crack = start;
    do {
      auto& sides = seen_.at(crack.row, crack.column);
      sides = static_cast<std::uint8_t>(sides | 1 << crack.side);
      contour.points.push_back(
          {crack.column + 0.5 * kStepX[crack.side], crack.row + 0.5 * kStepY[crack.side]});
      crack = after(crack);
    } while (crack != start);
    return contour;
  }

  const Mask& mask_;
  Mask seen_;  // one bit a side
};

}  // namespace

double signed_area(const Contour& contour) {
  double twice = 0;
  for (std::size_t i = 0; i < contour.points.size(); ++i) {
    const Point& a = contour.points[i];
    const Point& b = contour.points[(i + 1) % contour.points.size()];
    twice += a.x * b.y - b.x * a.y;
  }
  return twice / 2;
}

double area(const Contour& contour) { return std::abs(signed_area(contour)); }

double length(const Contour& contour) {
  double sum = 0;
  for (std::size_t i = 0; i < contour.points.size(); ++i) {
    const Point& a = contour.points[i];
    const Point& b = contour.points[(i + 1) % contour.points.size()];
    sum += std::hypot(b.x - a.x, b.y - a.y);
  }
  return sum;
}

Mask rasterise(const Contour& contour, int rows, int columns) {
  return rasterise(std::vector<Contour>{contour}, rows, columns);
}

Mask rasterise(const std::vector<Contour>& contours, int rows, int columns) {
  Mask mask(rows, columns, std::uint8_t{0});
  std::vector<std::vector<double>> crossings(static_cast<std::size_t>(rows));
  for (const auto& contour : contours) {
    if (contour.points.size() >= 3) add_crossings(contour, crossings);
  }
  const auto in_raster = [&](double column) {
    return static_cast<int>(std::clamp(column, 0.0, static_cast<double>(columns)));
  };
  for (int row = 0; row < rows; ++row) {
    auto& line = crossings[static_cast<std::size_t>(row)];
    std::sort(line.begin(), line.end());
    for (std::size_t i = 0; i + 1 < line.size(); i += 2) {
      const int first = in_raster(std::ceil(line[i] - kOnBorder));
      const int end = in_raster(std::floor(line[i + 1] + kOnBorder) + 1);
      for (int column = first; column < end; ++column) mask.at(row, column) = 1;
    }
  }
  return mask;
}

std::vector<Contour> trace(const Mask& mask) {
  std::vector<Contour> contours = Tracer(mask).all();
  std::vector<double> lengths;
  for (const auto& contour : contours) lengths.push_back(length(contour));
  std::vector<std::size_t> order(contours.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return lengths[a] > lengths[b]; });
  std::vector<Contour> sorted;
  for (const std::size_t index : order) sorted.push_back(std::move(contours[index]));
  return sorted;
}

}  // namespace heartlab
