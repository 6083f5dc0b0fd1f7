#include "heartlab/segment/crf.h"

#include <algorithm>
#include <cmath>

#include "heartlab/core/error.h"

namespace heartlab {
namespace {

constexpr double kMostCells = 1 << 28;
constexpr double kExact = 4;  // deviations up to this have cells of length 1: nothing spreads
constexpr double kSpread = 1.0 / 3;  // else: variance, in cells, of going to cells and coming back
constexpr float kSurest = 1e-6F;

float log_odds(float probability) {
  const float p = std::clamp(probability, kSurest, 1 - kSurest);
  return std::log(p / (1 - p));
}

// A kernel scaled to unit sums on both sides: D^-1/2 K D^-1/2.
class NormalisedKernel {
 public:
  NormalisedKernel(const GreyImage& image, double pixel_deviation, double grey_deviation)
      : kernel_(image, pixel_deviation, grey_deviation),
        scale_(kernel_.apply(Image(image.rows, image.columns, 1.0F))) {
    for (float& value : scale_.pixels) value = 1 / std::sqrt(std::max(value, 1e-20F));
    ones_ = apply(Image(image.rows, image.columns, 1.0F));
  }

  // For each pixel how much more its like are of the structure than of the background.
  Image opinion(const Image& probability) const {
    Image result = apply(probability);
    for (std::size_t i = 0; i < result.pixels.size(); ++i) {
      result.pixels[i] = 2 * result.pixels[i] - ones_.pixels[i];
    }
    return result;
  }

 private:
  Image apply(Image values) const {
    for (std::size_t i = 0; i < values.pixels.size(); ++i) values.pixels[i] *= scale_.pixels[i];
    Image result = kernel_.apply(values);
    for (std::size_t i = 0; i < result.pixels.size(); ++i) result.pixels[i] *= scale_.pixels[i];
    return result;
  }

  BilateralKernel kernel_;
  Image scale_, ones_;
};

}  // namespace

BilateralKernel::Axis BilateralKernel::make_axis(double length, double deviation) {
  Axis axis;
  const bool exact = deviation <= kExact;
  axis.cell = exact ? 1 : deviation / 2;
  axis.cells = static_cast<int>(std::floor(length / axis.cell)) + 2;
  const double cells = deviation / axis.cell;
  const double variance = cells * cells - (exact ? 0 : kSpread);
  const int reach = static_cast<int>(std::ceil(3.5 * std::sqrt(variance)));
  for (int i = 0; i <= reach; ++i) {
    axis.taps.push_back(static_cast<float>(std::exp(-i * i / (2 * variance))));
  }
  if (exact) return axis;
  // Spreading keeps sums and not heights.
  const double whole = std::sqrt(2 * M_PI) * cells;
  double sum = axis.taps[0];
  for (int i = 1; i <= reach; ++i) sum += 2 * axis.taps[static_cast<std::size_t>(i)];
  for (float& tap : axis.taps) tap = static_cast<float>(tap * whole / sum);
  return axis;
}

BilateralKernel::BilateralKernel(const GreyImage& image, double pixel_deviation,
                                 double grey_deviation)
    : image_(image),
      rows_(make_axis(image.rows - 1, pixel_deviation)),
      columns_(make_axis(image.columns - 1, pixel_deviation)),
      uses_grey_(grey_deviation > 0) {
  if (uses_grey_) greys_ = make_axis(255, grey_deviation);
  const double cells = static_cast<double>(rows_.cells) * columns_.cells * greys_.cells;
  if (cells > kMostCells) {
    fail(ErrorKind::kUnsupported,
         "crf: an image of {} x {} with deviations of {} pixels and {} grey values needs {:.0f} "
         "million cells, more than {:.0f}: take larger deviations",
         image.columns, image.rows, pixel_deviation, grey_deviation, cells / 1e6, kMostCells / 1e6);
  }
}

// Calls visit(cell, share) for the cells around a pixel.
template <typename Visit>
void BilateralKernel::around(int row, int column, const Visit& visit) const {
  const double y = row / rows_.cell, x = column / columns_.cell;
  const double z = uses_grey_ ? image_.at(row, column) / greys_.cell : 0;
  const auto r = static_cast<std::size_t>(y), c = static_cast<std::size_t>(x),
             g = static_cast<std::size_t>(z);
  const double fy = y - static_cast<double>(r), fx = x - static_cast<double>(c),
               fz = z - static_cast<double>(g);
  const auto columns = static_cast<std::size_t>(columns_.cells),
             greys = static_cast<std::size_t>(greys_.cells);
  for (std::size_t i = 0; i < 2; ++i) {
    for (std::size_t j = 0; j < 2; ++j) {
      const double plane = (i == 0 ? 1 - fy : fy) * (j == 0 ? 1 - fx : fx);
      const std::size_t cell = ((r + i) * columns + c + j) * greys + g;
      visit(cell, static_cast<float>(plane * (1 - fz)));
      if (uses_grey_) visit(cell + 1, static_cast<float>(plane * fz));
    }
  }
}

void BilateralKernel::blur(std::vector<float>& grid, std::size_t stride, const Axis& axis) const {
  const auto cells = static_cast<std::size_t>(axis.cells);
  std::vector<float> line(cells);
  for (std::size_t line_number = 0; line_number < grid.size() / cells; ++line_number) {
    const std::size_t start = line_number / stride * stride * cells + line_number % stride;
    for (std::size_t i = 0; i < cells; ++i) {
      float sum = axis.taps[0] * grid[start + i * stride];
      for (std::size_t k = 1; k < axis.taps.size(); ++k) {
        if (i >= k) sum += axis.taps[k] * grid[start + (i - k) * stride];
        if (i + k < cells) sum += axis.taps[k] * grid[start + (i + k) * stride];
      }
      line[i] = sum;
    }
    for (std::size_t i = 0; i < cells; ++i) grid[start + i * stride] = line[i];
  }
}

Image BilateralKernel::apply(const Image& values) const {
  const auto columns = static_cast<std::size_t>(columns_.cells),
             greys = static_cast<std::size_t>(greys_.cells);
  std::vector<float> grid(static_cast<std::size_t>(rows_.cells) * columns * greys);
  for (int row = 0; row < values.rows; ++row) {
    for (int column = 0; column < values.columns; ++column) {
      const float value = values.at(row, column);
      around(row, column, [&](std::size_t cell, float share) { grid[cell] += share * value; });
    }
  }
  if (uses_grey_) blur(grid, 1, greys_);
  blur(grid, greys, columns_);
  blur(grid, greys * columns, rows_);
  Image result(values.rows, values.columns);
  for (int row = 0; row < values.rows; ++row) {
    for (int column = 0; column < values.columns; ++column) {
      float sum = 0;
      around(row, column, [&](std::size_t cell, float share) { sum += share * grid[cell]; });
      result.at(row, column) = sum;
    }
  }
  return result;
}

Image dense_crf(const GreyImage& image, const Image& probability, const CrfOptions& options,
                int iterations) {
  struct Term {
    NormalisedKernel kernel;
    float weight;
  };
  std::vector<Term> terms;
  if (options.appearance > 0) {
    terms.push_back({{image, options.appearance_pixels, options.appearance_grey},
                     static_cast<float>(options.appearance)});
  }
  if (options.smoothness > 0) {
    terms.push_back(
        {{image, options.smoothness_pixels, 0}, static_cast<float>(options.smoothness)});
  }
  Image current = probability;
  for (int i = 0; i < iterations && !terms.empty(); ++i) {
    Image odds = probability;
    for (float& value : odds.pixels) value = log_odds(value);
    for (const auto& [kernel, weight] : terms) {
      const Image opinion = kernel.opinion(current);
      for (std::size_t k = 0; k < odds.pixels.size(); ++k) {
        odds.pixels[k] += weight * opinion.pixels[k];
      }
    }
    for (std::size_t k = 0; k < odds.pixels.size(); ++k) {
      current.pixels[k] = 1 / (1 + std::exp(-odds.pixels[k]));
    }
  }
  return current;
}

}  // namespace heartlab
