#include "heartlab/train/augment.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "heartlab/prepare/dataset.h"

namespace heartlab {
namespace {

// Output pixel (x, y) is taken from source (a x + b y + c, d x + e y + f).
struct Affine {
  double a = 1, b = 0, c = 0, d = 0, e = 1, f = 0;
  double x(double u, double v) const { return a * u + b * v + c; }
  double y(double u, double v) const { return d * u + e * v + f; }
};

// Where along one side the crop's centre falls, in source pixels.
double draw_centre(int side, int crop, int jitter, Generator& generator) {
  const double middle = (side - 1) / 2.0;
  if (jitter > 0) return middle + generator.uniform(-jitter, jitter);
  const double room = side - crop;
  return middle + std::floor(generator.uniform() * (room + 1)) - room / 2.0;
}

Affine draw_map(int side, int crop, const TrainOptions& options, Generator& generator) {
  const double angle =
      generator.uniform(-options.rotation, options.rotation) * std::numbers::pi / 180.0;
  const double zoom =
      std::exp(generator.uniform(std::log(options.scaling[0]), std::log(options.scaling[1])));
  const double flip_x = options.flip && generator.chance(0.5) ? -1.0 : 1.0;
  const double flip_y = options.flip && generator.chance(0.5) ? -1.0 : 1.0;
  const double centre_x = draw_centre(side, crop, options.crop_jitter, generator);
  const double centre_y = draw_centre(side, crop, options.crop_jitter, generator);
  const double half = (crop - 1) / 2.0;
  Affine map;
  map.a = std::cos(angle) / zoom * flip_x;
  map.b = -std::sin(angle) / zoom * flip_y;
  map.d = std::sin(angle) / zoom * flip_x;
  map.e = std::cos(angle) / zoom * flip_y;
  map.c = centre_x - (map.a + map.b) * half;
  map.f = centre_y - (map.d + map.e) * half;
  return map;
}

float bilinear(const GreyImage& image, double x, double y) {
  const int column = static_cast<int>(std::floor(x));
  const int row = static_cast<int>(std::floor(y));
  const auto fx = static_cast<float>(x - column);
  const auto fy = static_cast<float>(y - row);
  const auto value = [&](int r, int c) {
    return image.contains(r, c) ? static_cast<float>(image.at(r, c)) : 0.0F;
  };
  const float top = value(row, column) * (1 - fx) + value(row, column + 1) * fx;
  const float bottom = value(row + 1, column) * (1 - fx) + value(row + 1, column + 1) * fx;
  return top * (1 - fy) + bottom * fy;
}

// A smooth field over [-1, 1]^2 of second order, its values within about `strength` of 1.
class BiasField {
 public:
  BiasField(double strength, Generator& generator) {
    for (auto& term : terms_) term = generator.uniform(-strength, strength) / 2.0;
  }
  double at(double u, double v) const {
    return 1.0 + terms_[0] * u + terms_[1] * v + terms_[2] * u * v + terms_[3] * (u * u - 0.5) +
           terms_[4] * (v * v - 0.5);
  }

 private:
  std::array<double, 5> terms_{};
};

void change_intensities(Image& image, const TrainOptions& options, Generator& generator) {
  const double contrast = 1.0 + generator.uniform(-options.contrast, options.contrast);
  const double brightness = generator.uniform(-options.brightness, options.brightness);
  const double exponent = std::exp2(generator.uniform(-options.gamma, options.gamma));
  const double deviation = generator.uniform(0, options.noise);
  const BiasField field(options.bias_field, generator);
  for (int row = 0; row < image.rows; ++row) {
    const double v = 2.0 * row / std::max(1, image.rows - 1) - 1.0;
    for (int column = 0; column < image.columns; ++column) {
      const double u = 2.0 * column / std::max(1, image.columns - 1) - 1.0;
      double value = image.at(row, column) / 255.0;
      if (options.gamma > 0) value = std::pow(value, exponent);
      value = (value * contrast + brightness) * field.at(u, v);
      if (options.noise > 0) value += deviation * generator.normal();
      image.at(row, column) = static_cast<float>(std::clamp(value, 0.0, 1.0) * 255.0);
    }
  }
}

}  // namespace

Example augment(const Example& source, const TrainOptions& options, int crop,
                Generator& generator) {
  const int side = source.image.rows;
  const int size = crop == 0 ? side : crop;
  const Affine map = draw_map(side, size, options, generator);
  Image image(size, size);
  Example result{GreyImage(size, size), Raster<std::uint8_t>(size, size, kIgnoredClass)};
  for (int row = 0; row < size; ++row) {
    for (int column = 0; column < size; ++column) {
      const double x = map.x(column, row);
      const double y = map.y(column, row);
      image.at(row, column) = bilinear(source.image, x, y);
      const int r = static_cast<int>(std::lround(y));
      const int c = static_cast<int>(std::lround(x));
      if (source.label.contains(r, c)) result.label.at(row, column) = source.label.at(r, c);
    }
  }
  change_intensities(image, options, generator);
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    result.image.pixels[i] = static_cast<std::uint8_t>(std::lround(image.pixels[i]));
  }
  return result;
}

}  // namespace heartlab
