#include "heartlab/image/square_map.h"

#include <algorithm>
#include <cmath>

#include "heartlab/core/error.h"
#include "heartlab/image/spacing_limits.h"

namespace heartlab {
namespace {

template <typename Tap>
Image resample(const Image& source, const std::vector<Tap>& across, const std::vector<Tap>& down,
               float fill) {
  const int size = static_cast<int>(across.size());
  Raster<double> narrow(source.rows, size);
  for (int row = 0; row < source.rows; ++row) {
    for (int x = 0; x < size; ++x) {
      const Tap& tap = across[static_cast<std::size_t>(x)];
      double sum = tap.padding * fill;
      for (std::size_t i = 0; i < tap.weights.size(); ++i) {
        sum += tap.weights[i] * source.at(row, tap.first + static_cast<int>(i));
      }
      narrow.at(row, x) = sum;
    }
  }
  Image square(size, size);
  for (int y = 0; y < size; ++y) {
    const Tap& tap = down[static_cast<std::size_t>(y)];
    for (int x = 0; x < size; ++x) {
      double sum = tap.padding * fill;
      for (std::size_t i = 0; i < tap.weights.size(); ++i) {
        sum += tap.weights[i] * narrow.at(tap.first + static_cast<int>(i), x);
      }
      square.at(y, x) = static_cast<float>(sum);
    }
  }
  return square;
}

// The two pixels around a coordinate and the second one's share; held at the edges.
struct Between {
  int low = 0;
  int high = 0;
  double share = 0;
};

Between between(double at, int extent) {
  const double held = std::clamp(at, 0.0, extent - 1.0);
  const int low = static_cast<int>(held);
  return {low, std::min(low + 1, extent - 1), held - low};
}

}  // namespace

// What the source pixels first, first + 1, ... add to one pixel of the square along one axis; the
// weights sum to 1 less the share of the padding.
struct SquareMap::Tap {
  int first = 0;
  std::vector<double> weights;
  double padding = 0;
};

// A triangle as wide as one pixel of the coarser grid, cut off and made whole where the padded
// pixels end.
SquareMap::Tap SquareMap::make_tap(int target, const Axis& axis) {
  const double reach = std::max(1.0, 1.0 / axis.scale);
  const double centre = (target + 0.5) / axis.scale - 0.5 - axis.fraction;
  const int low = std::max(axis.first, static_cast<int>(std::ceil(centre - reach)));
  const int high = std::min(axis.last, static_cast<int>(std::floor(centre + reach)));
  Tap tap;
  tap.first = std::clamp(low - axis.pad, 0, axis.extent - 1);
  double sum = 0;
  for (int padded = low; padded <= high; ++padded) {
    const double weight = std::max(0.0, 1.0 - std::abs(padded - centre) / reach);
    sum += weight;
    const int source = padded - axis.pad;
    if (source < 0 || source >= axis.extent) {
      tap.padding += weight;
    } else {
      tap.weights.push_back(weight);
    }
  }
  for (double& weight : tap.weights) weight /= sum;
  tap.padding /= sum;
  return tap;
}

std::vector<SquareMap::Tap> SquareMap::make_taps(int size, const Axis& axis) {
  std::vector<Tap> taps;
  for (int target = 0; target < size; ++target) taps.push_back(make_tap(target, axis));
  return taps;
}

SquareMap::SquareMap(int rows, int columns, int size) : size_(size) {
  if (rows < 1 || columns < 1 || size < 1) {
    fail(ErrorKind::kInternal, "a map from {} x {} pixels to a square of {}: no pixels", rows,
         columns, size);
  }
  const int side = std::max(rows, columns);
  const double scale = static_cast<double>(size) / side;
  x_ = {columns, (side - columns) / 2, 0, side - 1, 0, scale};
  y_ = {rows, (side - rows) / 2, 0, side - 1, 0, scale};
}

SquareMap::SquareMap(int rows, int columns, int size, PixelSpacing spacing, double target)
    : SquareMap(rows, columns, size) {
  if (!spacing.known() || !(target > 0)) {
    fail(ErrorKind::kInternal, "a map from pixels of {} x {} mm to {} mm", spacing.row,
         spacing.column, target);
  }
  if (!is_possible(spacing) || !is_possible(target)) {
    fail(ErrorKind::kBadInput, "expected a pixel spacing of {} to {} mm, found {} x {} for {} mm",
         kLeastSpacing, kMostSpacing, spacing.row, spacing.column, target);
  }
  x_ = around_the_middle(columns, size, spacing.column / target);
  y_ = around_the_middle(rows, size, spacing.row / target);
}

SquareMap::Axis SquareMap::around_the_middle(int extent, int size, double scale) {
  const double pad = (size / scale - extent) / 2;
  Axis axis;
  axis.extent = extent;
  axis.pad = static_cast<int>(std::floor(pad));
  axis.fraction = pad - axis.pad;
  axis.scale = scale;
  const int beyond = static_cast<int>(std::ceil(size / scale)) + 2;
  axis.first = -beyond;
  axis.last = 2 * beyond;
  return axis;
}

Point SquareMap::to_square(Point source) const {
  return {x_.to_square(source.x), y_.to_square(source.y)};
}

Point SquareMap::to_source(Point square) const {
  return {x_.to_source(square.x), y_.to_source(square.y)};
}

Contour SquareMap::to_square(const Contour& source) const {
  Contour mapped;
  for (const Point& point : source.points) mapped.points.push_back(to_square(point));
  return mapped;
}

Image SquareMap::to_square(const Image& source, float fill) const {
  if (source.rows != y_.extent || source.columns != x_.extent) {
    fail(ErrorKind::kInternal, "image: expected {} x {} pixels, found {} x {}", y_.extent,
         x_.extent, source.rows, source.columns);
  }
  return resample(source, make_taps(size_, x_), make_taps(size_, y_), fill);
}

Mask SquareMap::to_square(const Mask& source) const {
  Image values(source.rows, source.columns);
  for (std::size_t i = 0; i < values.pixels.size(); ++i) {
    values.pixels[i] = source.pixels[i] != 0 ? 1.0F : 0.0F;
  }
  const Image square = to_square(values, 0.0F);
  Mask mask(size_, size_);
  constexpr float kHalf = 0.5F - 1e-6F;  // rounding must not decide where both are equally near
  for (std::size_t i = 0; i < mask.pixels.size(); ++i) {
    mask.pixels[i] = square.pixels[i] >= kHalf ? 1 : 0;
  }
  return mask;
}

Image SquareMap::to_source(const Image& square, float beyond) const {
  if (square.rows != size_ || square.columns != size_) {
    fail(ErrorKind::kInternal, "plane: expected {} x {} pixels, found {} x {}", size_, size_,
         square.rows, square.columns);
  }
  const auto is_beyond = [this](double at) { return at < -0.5 || at > size_ - 0.5; };
  Image source(y_.extent, x_.extent);
  for (int row = 0; row < source.rows; ++row) {
    const double v = y_.to_square(row);
    const Between y = between(v, size_);
    for (int column = 0; column < source.columns; ++column) {
      const double u = x_.to_square(column);
      const Between x = between(u, size_);
      const double top = std::lerp(square.at(y.low, x.low), square.at(y.low, x.high), x.share);
      const double bottom = std::lerp(square.at(y.high, x.low), square.at(y.high, x.high), x.share);
      source.at(row, column) = is_beyond(u) || is_beyond(v)
                                   ? beyond
                                   : static_cast<float>(std::lerp(top, bottom, y.share));
    }
  }
  return source;
}

}  // namespace heartlab
