#include "heartlab/train/augment.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <optional>

#include "heartlab/prepare/dataset.h"
#include "heartlab/train/artefacts.h"
#include "heartlab/train/elastic.h"
#include "heartlab/train/sampling.h"

namespace heartlab {
namespace {

// Each draws from a stream of its own, so that none changes what the others do.
enum Stream : std::uint64_t { kElastic = 1, kMotion, kGhosting, kBlur };

constexpr double kLinesMoved = 0.125;  // of all lines of k-space
// On either side of the middle: the few lines there say where the heart lies, and the label stays.
constexpr double kLinesAtRest = 0.0625;

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

std::optional<ElasticField> draw_elastic(int side, double largest, const Generator& generator) {
  if (largest == 0) return {};
  Generator own = generator.fork(kElastic);
  const double strength = own.uniform(0, largest);
  return ElasticField(side, strength, own);
}

PhaseAxis draw_axis(Generator& generator) {
  return generator.chance(0.5) ? PhaseAxis::kRows : PhaseAxis::kColumns;
}

Motion draw_motion(int side, double largest, Generator generator) {
  Motion motion;
  motion.axis = draw_axis(generator);
  const double distance = generator.uniform(0, largest);
  const double angle = generator.uniform(0, 2 * std::numbers::pi);
  motion.dx = distance * std::cos(angle);
  motion.dy = distance * std::sin(angle);
  motion.lines = static_cast<int>(std::lround(kLinesMoved * side));
  const int at_rest = static_cast<int>(std::lround(kLinesAtRest * side));
  const int places = std::max(1, side / 2 - at_rest - motion.lines + 1);
  const auto place = static_cast<int>(generator.below(2 * static_cast<std::uint64_t>(places)));
  motion.first_line = place < places ? place : side - motion.lines - (place - places);
  return motion;
}

Ghosting draw_ghosting(double largest, Generator generator) {
  Ghosting ghosting;
  ghosting.axis = draw_axis(generator);
  ghosting.period = 2 + static_cast<int>(generator.below(3));
  ghosting.amplitude = generator.uniform(0, largest);
  ghosting.phase = generator.uniform(0, 2 * std::numbers::pi);
  return ghosting;
}

void add_artefacts(Image& image, const TrainOptions& options, const Generator& generator) {
  if (options.motion > 0) {
    image = with_motion(image, draw_motion(image.rows, options.motion, generator.fork(kMotion)));
  }
  if (options.ghosting > 0) {
    image = ghosted(image, draw_ghosting(options.ghosting, generator.fork(kGhosting)));
  }
  if (options.blur > 0) image = blurred(image, generator.fork(kBlur).uniform(0, options.blur));
}

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
  const Generator streams = generator;
  const Affine map = draw_map(side, size, options, generator);
  const auto elastic = draw_elastic(size, options.elastic, streams);
  Image image(size, size);
  Example result{GreyImage(size, size), Raster<std::uint8_t>(size, size, kIgnoredClass)};
  for (int row = 0; row < size; ++row) {
    for (int column = 0; column < size; ++column) {
      const Point moved = elastic ? elastic->at(column, row) : Point{};
      const double x = map.x(column + moved.x, row + moved.y);
      const double y = map.y(column + moved.x, row + moved.y);
      image.at(row, column) = bilinear(source.image, x, y);
      const int r = static_cast<int>(std::lround(y));
      const int c = static_cast<int>(std::lround(x));
      if (source.label.contains(r, c)) result.label.at(row, column) = source.label.at(r, c);
    }
  }
  add_artefacts(image, options, streams);
  change_intensities(image, options, generator);
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    result.image.pixels[i] = static_cast<std::uint8_t>(std::lround(image.pixels[i]));
  }
  return result;
}

}  // namespace heartlab
