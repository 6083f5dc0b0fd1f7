#include "heartlab/image/regions.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace heartlab {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Components {
  Raster<int> labels;              // 0 = background, else 1 + the index of the size
  std::vector<std::size_t> sizes;  // pixels, in reading order of the first pixel
};

// Gives every unlabelled set pixel reachable from (row, column) the label; how many there are.
std::size_t flood(const Mask& mask, Raster<int>& labels, int row, int column, int label) {
  std::vector<std::pair<int, int>> open = {{row, column}};
  labels.at(row, column) = label;
  for (std::size_t next = 0; next < open.size(); ++next) {
    const auto [y, x] = open[next];
    for (int ny = y - 1; ny <= y + 1; ++ny) {
      for (int nx = x - 1; nx <= x + 1; ++nx) {
        if (!mask.contains(ny, nx) || mask.at(ny, nx) == 0 || labels.at(ny, nx) != 0) continue;
        labels.at(ny, nx) = label;
        open.emplace_back(ny, nx);
      }
    }
  }
  return open.size();
}

Components find_components(const Mask& mask) {
  Components found{Raster<int>(mask.rows, mask.columns, 0), {}};
  for (int row = 0; row < mask.rows; ++row) {
    for (int column = 0; column < mask.columns; ++column) {
      if (mask.at(row, column) == 0 || found.labels.at(row, column) != 0) continue;
      const int label = static_cast<int>(found.sizes.size()) + 1;
      found.sizes.push_back(flood(mask, found.labels, row, column, label));
    }
  }
  return found;
}

// Squared distances along a column of set (0) and unset (infinite) pixels.
void spread_down(Raster<double>& squared, int column, double spacing) {
  const auto sweep = [&](int from, int to, int step) {
    double distance = kInfinity;
    for (int row = from; row != to; row += step) {
      double& value = squared.at(row, column);
      distance = value == 0 ? 0 : distance + spacing;
      value = std::min(value, distance * distance);
    }
  };
  sweep(0, squared.rows, 1);
  sweep(squared.rows - 1, -1, -1);
}

// The lower envelope of the parabolas f(q) + (spacing (p - q))^2 over a row (Felzenszwalb and
// Huttenlocher 2012, section 2.1).
class RowTransform {
 public:
  RowTransform(int columns, double spacing)
      : spacing_(spacing),
        f_(static_cast<std::size_t>(columns)),
        roots_(static_cast<std::size_t>(columns)),
        starts_(static_cast<std::size_t>(columns) + 1) {}

  void apply(double* row) {
    std::copy(row, row + f_.size(), f_.begin());
    const std::size_t count = build_envelope();
    if (count == 0) return;
    std::size_t k = 0;
    for (std::size_t p = 0; p < f_.size(); ++p) {
      const double x = spacing_ * static_cast<double>(p);
      while (k + 1 < count && starts_[k + 1] < x) ++k;
      row[p] = f_[roots_[k]] + squared(x - position(k));
    }
  }

 private:
  static double squared(double value) { return value * value; }
  double position(std::size_t k) const { return spacing_ * static_cast<double>(roots_[k]); }

  std::size_t build_envelope() {
    std::size_t count = 0;
    for (std::size_t q = 0; q < f_.size(); ++q) {
      if (std::isinf(f_[q])) continue;
      double start = -kInfinity;
      while (count > 0 && (start = meeting(count - 1, q)) <= starts_[count - 1]) --count;
      roots_[count] = q;
      starts_[count] = count == 0 ? -kInfinity : start;
      ++count;
    }
    return count;
  }
  // Where the parabola rooted at pixel q goes below the k-th of the envelope.
  double meeting(std::size_t k, std::size_t q) const {
    const double at = position(k);
    const double x = spacing_ * static_cast<double>(q);
    return (f_[q] + x * x - f_[roots_[k]] - at * at) / (2 * (x - at));
  }

  double spacing_;
  std::vector<double> f_;
  std::vector<std::size_t> roots_;
  std::vector<double> starts_;
};

}  // namespace

Mask largest_component(const Mask& mask) {
  const Components found = find_components(mask);
  Mask kept(mask.rows, mask.columns);
  if (found.sizes.empty()) return kept;
  const auto largest = std::max_element(found.sizes.begin(), found.sizes.end());
  const int label = static_cast<int>(largest - found.sizes.begin()) + 1;
  for (std::size_t i = 0; i < kept.pixels.size(); ++i) {
    if (found.labels.pixels[i] == label) kept.pixels[i] = mask.pixels[i];
  }
  return kept;
}

int count_components(const Mask& mask) {
  return static_cast<int>(find_components(mask).sizes.size());
}

Image distance_to(const Mask& mask, PixelSpacing spacing) {
  if (!spacing.known()) spacing = {1, 1};
  Raster<double> squared(mask.rows, mask.columns, kInfinity);
  for (std::size_t i = 0; i < mask.pixels.size(); ++i) {
    if (mask.pixels[i] != 0) squared.pixels[i] = 0;
  }
  for (int column = 0; column < mask.columns; ++column) {
    spread_down(squared, column, spacing.row);
  }
  RowTransform transform(mask.columns, spacing.column);
  for (int row = 0; row < mask.rows && mask.columns > 0; ++row) {
    transform.apply(&squared.at(row, 0));
  }
  Image distance(mask.rows, mask.columns);
  for (std::size_t i = 0; i < distance.pixels.size(); ++i) {
    distance.pixels[i] = static_cast<float>(std::sqrt(squared.pixels[i]));
  }
  return distance;
}

}  // namespace heartlab
