#include "heartlab/prepare/preparation.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "heartlab/core/error.h"
#include "heartlab/core/json.h"
#include "heartlab/image/bias_field.h"
#include "heartlab/image/equalise.h"
#include "heartlab/image/spacing_limits.h"

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

// The values that become black and white: the first, and how far the other lies above it.
struct Range {
  double first = 0, width = 0;
};

Range range_of(const Image& values, const std::string& intensity, double window_centre,
               double window_width) {
  if (intensity == "window" && window_width > 0) {
    const double range = window_width - 1;
    return {window_centre - 0.5 - range / 2, range};
  }
  if (intensity == "robust") {
    std::vector<float> sorted = values.pixels;
    const auto at = [&sorted](double share) {
      const auto place =
          sorted.begin() + std::lround(share * static_cast<double>(sorted.size() - 1));
      std::ranges::nth_element(sorted, place);
      return static_cast<double>(*place);
    };
    const double low = at(0.005), high = at(0.995);
    if (high > low) return {low, high - low};
  }
  const auto [low, high] = std::minmax_element(values.pixels.begin(), values.pixels.end());
  return {*low, static_cast<double>(*high) - *low};
}

double inverse(double deviation) { return deviation > 0 ? 1 / deviation : 0; }

const std::vector<std::string> kIntensities = {"minmax", "robust", "window"};
const std::vector<std::string> kStandardisations = {"dataset", "image", "patient", "nyul"};

constexpr double kLargestNumber = 1e6;  // of grey values of 0 to 255, and far beyond

// What this program does not know it cannot do to an image.
void refuse_unknown(const Json& json, const std::string& where) {
  static const std::set<std::string> kKnown = {"size",  "intensity", "standardise",
                                               "mean",  "spacing",   "bias_correction",
                                               "clahe", "deviation", "landmarks"};
  for (const auto& [key, value] : json.items()) {
    if (!kKnown.contains(key)) {
      fail(ErrorKind::kUnsupported, "{}: the preparation '{}' is unknown to this HeartLab", where,
           key);
    }
  }
}

void check_numbers(const Preparation& preparation, const std::string& where) {
  const auto& marks = preparation.landmarks;
  const bool rising = std::ranges::is_sorted(marks) && std::ranges::all_of(marks, [](double mark) {
                        return mark >= 0 && mark <= 255;
                      });
  if (!rising || (!marks.empty() && marks.size() != kLandmarks)) {
    fail(ErrorKind::kBadInput, "{}: landmarks: expected {} rising numbers of 0 to 255", where,
         kLandmarks);
  }
  if (!(std::abs(preparation.mean) <= kLargestNumber)) {
    fail(ErrorKind::kBadInput, "{}: mean: expected a number of at most {}, found {}", where,
         kLargestNumber, preparation.mean);
  }
  if (!(preparation.deviation >= 0 && preparation.deviation <= kLargestNumber)) {
    fail(ErrorKind::kBadInput, "{}: deviation: expected 0 to {}, found {}", where, kLargestNumber,
         preparation.deviation);
  }
  if (!std::isfinite(preparation.clahe)) {
    fail(ErrorKind::kBadInput, "{}: clahe: not a finite number", where);
  }
  if (!is_square_spacing(preparation.spacing)) {
    fail(ErrorKind::kBadInput, "{}: spacing: expected 0, or {} to {} mm, found {}", where,
         kFinestSpacing, kCoarsestSpacing, preparation.spacing);
  }
}

}  // namespace

Json Preparation::to_json() const {
  Json json = {
      {"size", size}, {"intensity", intensity}, {"standardise", standardise}, {"mean", mean}};
  if (spacing > 0) json["spacing"] = spacing;
  if (n4) json["bias_correction"] = "n4";
  if (clahe > 0) json["clahe"] = clahe;
  if (standardise == "nyul") {
    json["deviation"] = deviation;
    json["landmarks"] = landmarks;
  }
  return json;
}

Preparation Preparation::from_json(const Json& json, const std::string& where) {
  Preparation preparation;
  std::string bias_correction = "none";
  try {
    preparation.size = whole_number(json.at("size"), 1, kLargestSquare, where + ": size");
    preparation.intensity = json.at("intensity").get<std::string>();
    preparation.standardise = json.at("standardise").get<std::string>();
    preparation.mean = json.at("mean").get<double>();
    preparation.spacing = json.value("spacing", 0.0);
    refuse_unknown(json, where);
    bias_correction = json.value("bias_correction", bias_correction);
    preparation.clahe = json.value("clahe", 0.0);
    preparation.deviation = json.value("deviation", 1.0);
    preparation.landmarks = json.value("landmarks", std::vector<double>());
  } catch (const Json::exception& error) {
    fail(ErrorKind::kBadInput, "{}: not a preparation: {}", where, error.what());
  }
  require_one_of(preparation.intensity, kIntensities, where + ": intensity");
  require_one_of(preparation.standardise, kStandardisations, where + ": standardise");
  require_one_of(bias_correction, {"none", "n4"}, where + ": bias_correction");
  preparation.n4 = bias_correction == "n4";
  if (preparation.clahe < 0) {
    fail(ErrorKind::kBadInput, "{}: clahe: expected 0 or more, found {}", where, preparation.clahe);
  }
  check_numbers(preparation, where);
  if (preparation.n4 && !has_bias_correction()) {
    fail(ErrorKind::kUnsupported,
         "{}: is for images after N4 bias field correction, which this build of HeartLab lacks: "
         "build it with -DHEARTLAB_N4=ON",
         where);
  }
  return preparation;
}

GreyImage Preparation::eight_bits(const Image& values, double window_centre,
                                  double window_width) const {
  if (values.empty()) return {values.rows, values.columns};
  const Image corrected = n4 ? bias_corrected(values) : Image();
  const Image& used = n4 ? corrected : values;
  const auto [first, range] = range_of(used, intensity, window_centre, window_width);
  const GreyImage grey = scaled(used, first, range);
  return clahe > 0 ? equalised(grey, clahe) : grey;
}

SquareMap Preparation::map(int rows, int columns, PixelSpacing own) const {
  if (spacing > 0) return {rows, columns, size, own, spacing};
  return {rows, columns, size};
}

void Preparation::require_spacing(const std::string& file, PixelSpacing own) const {
  if (spacing == 0) return;
  if (!own.known()) {
    fail(ErrorKind::kBadInput,
         "{}: expected a pixel spacing, to show it at {} mm a pixel; found none", file, spacing);
  }
  if (is_possible(own)) return;
  fail(ErrorKind::kBadInput, "{}: expected a pixel spacing of {} to {} mm, found {} x {}", file,
       kLeastSpacing, kMostSpacing, own.row, own.column);
}

Preparation Preparation::at_side(int side) const {
  Preparation other = *this;
  other.spacing = spacing * size / side;
  other.size = side;
  return other;
}

GreyImage Preparation::to_square(const GreyImage& image, PixelSpacing own) const {
  Image values(image.rows, image.columns);
  std::copy(image.pixels.begin(), image.pixels.end(), values.pixels.begin());
  const Image square = map(image.rows, image.columns, own).to_square(values, 0.0F);
  GreyImage result(size, size);
  std::transform(square.pixels.begin(), square.pixels.end(), result.pixels.begin(), to_byte);
  return result;
}

Standardisation Preparation::standardisation_of(const Histogram& values) const {
  if (standardise == "dataset") return Standardisation::linear(mean, 1);
  if (standardise != "nyul") {
    const Moments own = moments_of(values);
    return Standardisation::linear(own.mean, inverse(own.deviation));
  }
  Standardisation result;
  const auto mapped = to_standard_scale(landmarks_of(values), landmarks);
  std::ranges::transform(mapped, result.table.begin(), [this](double value) {
    return static_cast<float>((value - mean) * inverse(deviation));
  });
  return result;
}

void Preparation::learn(const std::vector<Histogram>& training_images) {
  std::vector<std::vector<double>> all;
  for (const auto& image : training_images) all.push_back(landmarks_of(image));
  landmarks = standard_scale(all);
  double count = 0, sum = 0, squares = 0;
  for (const auto& image : training_images) {
    const auto mapped = to_standard_scale(landmarks_of(image), landmarks);
    for (std::size_t value = 0; value < image.size(); ++value) {
      const auto pixels = static_cast<double>(image[value]);
      count += pixels;
      sum += pixels * mapped[value];
      squares += pixels * mapped[value] * mapped[value];
    }
  }
  if (count == 0) return;
  mean = sum / count;
  deviation = std::sqrt(std::max(0.0, squares / count - mean * mean));
}

std::vector<float> Preparation::standardised(const GreyImage& square) const {
  return standardisation_of(histogram_of(square.pixels)).apply(square);
}

Histogram values_on_square(std::span<const std::uint8_t> square, const SquareMap& map) {
  Histogram values{};
  for (int row = 0; row < map.size(); ++row) {
    for (int column = 0; column < map.size(); ++column) {
      if (map.holds(row, column)) {
        ++values[square[static_cast<std::size_t>(row) * static_cast<std::size_t>(map.size()) +
                        static_cast<std::size_t>(column)]];
      }
    }
  }
  // An image so narrow that it lies between the centres of the square's pixels.
  return values == Histogram{} ? histogram_of(square) : values;
}

}  // namespace heartlab
