#include "heartlab/prepare/preparation.h"

#include <algorithm>
#include <cmath>

#include "heartlab/core/error.h"

namespace heartlab {
namespace {

using Json = nlohmann::ordered_json;

void require_one_of(const std::string& value, const std::vector<std::string>& known,
                    const std::string& where) {
  if (std::find(known.begin(), known.end(), value) != known.end()) return;
  fail(ErrorKind::kBadInput, "{}: expected one of {}, found '{}'", where, fmt::join(known, ", "),
       value);
}

std::uint8_t to_byte(float value) {
  return static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0F, 255.0F)));
}

// Values up to `first` are black, from `first` + `range` on white; without a range all are black.
GreyImage scaled(const Image& values, double first, double range) {
  GreyImage grey(values.rows, values.columns);
  std::transform(values.pixels.begin(), values.pixels.end(), grey.pixels.begin(), [=](float value) {
    const double above = value - first;
    const double share = above <= 0 ? 0 : above >= range ? 1 : above / range;
    return static_cast<std::uint8_t>(std::lround(255 * share));
  });
  return grey;
}

}  // namespace

Json Preparation::to_json() const {
  return {{"size", size}, {"intensity", intensity}, {"standardise", standardise}, {"mean", mean}};
}

Preparation Preparation::from_json(const Json& json, const std::string& where) {
  Preparation preparation;
  try {
    preparation.size = json.at("size").get<int>();
    preparation.intensity = json.at("intensity").get<std::string>();
    preparation.standardise = json.at("standardise").get<std::string>();
    preparation.mean = json.at("mean").get<double>();
  } catch (const Json::exception& error) {
    fail(ErrorKind::kBadInput, "{}: not a preparation: {}", where, error.what());
  }
  if (preparation.size < 1 || preparation.size > kLargestSquare) {
    fail(ErrorKind::kBadInput, "{}: size: expected 1 to {}, found {}", where, kLargestSquare,
         preparation.size);
  }
  require_one_of(preparation.intensity, {"minmax", "window"}, where + ": intensity");
  require_one_of(preparation.standardise, {"dataset", "image"}, where + ": standardise");
  return preparation;
}

GreyImage Preparation::eight_bits(const Image& values, double window_centre,
                                  double window_width) const {
  if (values.empty()) return {values.rows, values.columns};
  if (intensity == "window" && window_width > 0) {
    const double range = window_width - 1;
    return scaled(values, window_centre - 0.5 - range / 2, range);
  }
  const auto [low, high] = std::minmax_element(values.pixels.begin(), values.pixels.end());
  return scaled(values, *low, static_cast<double>(*high) - *low);
}

GreyImage Preparation::to_square(const GreyImage& image) const {
  Image values(image.rows, image.columns);
  std::copy(image.pixels.begin(), image.pixels.end(), values.pixels.begin());
  const Image square = SquareMap(image.rows, image.columns, size).to_square(values, 0.0F);
  GreyImage result(size, size);
  std::transform(square.pixels.begin(), square.pixels.end(), result.pixels.begin(), to_byte);
  return result;
}

Standardisation Preparation::standardisation_of(const GreyImage& square) const {
  if (standardise != "image" || square.pixels.empty()) return {mean, 1};
  const auto count = static_cast<double>(square.pixels.size());
  double sum = 0, squares = 0;
  for (const std::uint8_t value : square.pixels) {
    sum += value;
    squares += static_cast<double>(value) * value;
  }
  const double average = sum / count;
  const double variance = squares / count - average * average;
  return {average, variance > 0 ? 1 / std::sqrt(variance) : 0};
}

std::vector<float> Preparation::standardised(const GreyImage& square) const {
  return standardisation_of(square).apply(square);
}

std::vector<float> Standardisation::apply(const GreyImage& image) const {
  std::vector<float> result(image.pixels.size());
  std::transform(
      image.pixels.begin(), image.pixels.end(), result.begin(),
      [this](std::uint8_t value) { return static_cast<float>((value - shift) * scale); });
  return result;
}

}  // namespace heartlab
