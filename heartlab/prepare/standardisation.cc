#include "heartlab/prepare/standardisation.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace heartlab {
namespace {

constexpr std::array<int, kLandmarks> kPercentiles = {1, 10, 20, 30, 40, 50, 60, 70, 80, 90, 99};

double between(double from, double to, double share) { return from + (to - from) * share; }

// One stretch of a piecewise linear map.
struct Stretch {
  double from = 0, to = 0;                // of the image
  double mapped_from = 0, mapped_to = 0;  // on the standard scale

  double at(double value) const {
    return between(mapped_from, mapped_to, (value - from) / (to - from));
  }
};

// Landmarks that coincide make no stretch: their values on the scale are one step.
std::vector<Stretch> stretches_of(const std::vector<double>& landmarks,
                                  const std::vector<double>& scale) {
  std::vector<Stretch> stretches;
  for (std::size_t i = 1; i < landmarks.size(); ++i) {
    if (landmarks[i] > landmarks[i - 1]) {
      stretches.push_back({landmarks[i - 1], landmarks[i], scale[i - 1], scale[i]});
    }
  }
  return stretches;
}

}  // namespace

Histogram histogram_of(std::span<const std::uint8_t> pixels) {
  Histogram histogram{};
  for (const std::uint8_t value : pixels) ++histogram[value];
  return histogram;
}

void add_to(Histogram& sum, const Histogram& part) {
  for (std::size_t value = 0; value < sum.size(); ++value) sum[value] += part[value];
}

Moments moments_of(const Histogram& histogram) {
  std::uint64_t count = 0, sum = 0, squares = 0;
  for (std::size_t value = 0; value < histogram.size(); ++value) {
    count += histogram[value];
    sum += histogram[value] * value;
    squares += histogram[value] * value * value;
  }
  if (count == 0) return {};
  const auto pixels = static_cast<double>(count);
  const double mean = static_cast<double>(sum) / pixels;
  const double variance = static_cast<double>(squares) / pixels - mean * mean;
  return {mean, std::sqrt(std::max(0.0, variance))};
}

Standardisation Standardisation::linear(double shift, double scale) {
  Standardisation result;
  for (std::size_t value = 0; value < result.table.size(); ++value) {
    result.table[value] = static_cast<float>((static_cast<double>(value) - shift) * scale);
  }
  return result;
}

std::vector<float> Standardisation::apply(const GreyImage& image) const {
  std::vector<float> result(image.pixels.size());
  std::ranges::transform(image.pixels, result.begin(),
                         [this](std::uint8_t value) { return table[value]; });
  return result;
}

std::vector<double> landmarks_of(const Histogram& histogram) {
  const auto count = std::accumulate(histogram.begin() + 1, histogram.end(), std::uint64_t{0});
  if (count == 0) return {};
  std::vector<double> landmarks;
  std::size_t value = 1;
  std::uint64_t up_to = histogram[value];
  for (const int percent : kPercentiles) {
    while (up_to * 100 < count * static_cast<std::uint64_t>(percent)) up_to += histogram[++value];
    landmarks.push_back(static_cast<double>(value));
  }
  return landmarks;
}

std::vector<double> standard_scale(const std::vector<std::vector<double>>& landmarks) {
  std::vector<double> scale(kPercentiles.size());
  std::size_t images = 0;
  for (const auto& image : landmarks) {
    if (image.empty() || image.front() == image.back()) continue;
    const Stretch whole{image.front(), image.back(), kScaleFirst, kScaleLast};
    for (std::size_t i = 0; i < scale.size(); ++i) scale[i] += whole.at(image[i]);
    ++images;
  }
  if (images == 0) return {};
  for (double& landmark : scale) landmark /= static_cast<double>(images);
  return scale;
}

std::array<double, 256> to_standard_scale(const std::vector<double>& landmarks,
                                          const std::vector<double>& scale) {
  std::array<double, 256> table{};
  std::iota(table.begin(), table.end(), 0.0);
  if (landmarks.empty() || scale.empty()) return table;
  const auto stretches = stretches_of(landmarks, scale);
  if (stretches.empty()) return table;
  for (double& value : table) {
    const auto beyond = std::ranges::find_if(
        stretches, [value](const Stretch& stretch) { return value <= stretch.to; });
    value =
        std::clamp((beyond == stretches.end() ? stretches.back() : *beyond).at(value), 0.0, 255.0);
  }
  return table;
}

}  // namespace heartlab
