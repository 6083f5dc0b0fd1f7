#include "heartlab/image/square_map.h"

#include <algorithm>
#include <cmath>

#include "heartlab/core/error.h"

namespace heartlab {
namespace {

// What the source pixels first, first + 1, ... add to one pixel of the square along one axis; the
// weights sum to 1 less the share of the padding.
struct Tap {
  int first = 0;
  std::vector<double> weights;
  double padding = 0;
};

// A triangle as wide as one pixel of the coarser grid, cut off and made whole at the square's edge.
Tap make_tap(int target, int pad, int extent, int side, double scale) {
  const double reach = std::max(1.0, 1.0 / scale);
  const double centre = (target + 0.5) / scale - 0.5;
  const int low = std::max(0, static_cast<int>(std::ceil(centre - reach)));
  const int high = std::min(side - 1, static_cast<int>(std::floor(centre + reach)));
  Tap tap;
  tap.first = std::clamp(low - pad, 0, extent - 1);
  double sum = 0;
  for (int padded = low; padded <= high; ++padded) {
    const double weight = std::max(0.0, 1.0 - std::abs(padded - centre) / reach);
    sum += weight;
    const int source = padded - pad;
    if (source < 0 || source >= extent) {
      tap.padding += weight;
    } else {
      tap.weights.push_back(weight);
    }
  }
  for (double& weight : tap.weights) weight /= sum;
  tap.padding /= sum;
  return tap;
}

std::vector<Tap> make_taps(int size, int pad, int extent, double scale) {
  const int side = static_cast<int>(std::lround(size / scale));
  std::vector<Tap> taps;
  for (int target = 0; target < size; ++target) {
    taps.push_back(make_tap(target, pad, extent, side, scale));
  }
  return taps;
}

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

SquareMap::SquareMap(int rows, int columns, int size)
    : rows_(rows),
      columns_(columns),
      size_(size),
      pad_x_((std::max(rows, columns) - columns) / 2),
      pad_y_((std::max(rows, columns) - rows) / 2),
      scale_(static_cast<double>(size) / std::max(rows, columns)) {
  if (rows < 1 || columns < 1 || size < 1) {
    fail(ErrorKind::kInternal, "a map from {} x {} pixels to a square of {}: no pixels", rows,
         columns, size);
  }
}

Point SquareMap::to_square(Point source) const {
  return {(source.x + pad_x_ + 0.5) * scale_ - 0.5, (source.y + pad_y_ + 0.5) * scale_ - 0.5};
}

Point SquareMap::to_source(Point square) const {
  return {(square.x + 0.5) / scale_ - 0.5 - pad_x_, (square.y + 0.5) / scale_ - 0.5 - pad_y_};
}

Contour SquareMap::to_square(const Contour& source) const {
  Contour mapped;
  for (const Point& point : source.points) mapped.points.push_back(to_square(point));
  return mapped;
}

Image SquareMap::to_square(const Image& source, float fill) const {
  if (source.rows != rows_ || source.columns != columns_) {
    fail(ErrorKind::kInternal, "image: expected {} x {} pixels, found {} x {}", rows_, columns_,
         source.rows, source.columns);
  }
  return resample(source, make_taps(size_, pad_x_, columns_, scale_),
                  make_taps(size_, pad_y_, rows_, scale_), fill);
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

Image SquareMap::to_source(const Image& square) const {
  if (square.rows != size_ || square.columns != size_) {
    fail(ErrorKind::kInternal, "plane: expected {} x {} pixels, found {} x {}", size_, size_,
         square.rows, square.columns);
  }
  Image source(rows_, columns_);
  for (int row = 0; row < rows_; ++row) {
    const Between y = between((row + pad_y_ + 0.5) * scale_ - 0.5, size_);
    for (int column = 0; column < columns_; ++column) {
      const Between x = between((column + pad_x_ + 0.5) * scale_ - 0.5, size_);
      const double top = std::lerp(square.at(y.low, x.low), square.at(y.low, x.high), x.share);
      const double bottom = std::lerp(square.at(y.high, x.low), square.at(y.high, x.high), x.share);
      source.at(row, column) = static_cast<float>(std::lerp(top, bottom, y.share));
    }
  }
  return source;
}

}  // namespace heartlab
