#include "heartlab/prepare/dark.h"

#include <algorithm>
#include <numeric>

namespace heartlab {
namespace {

constexpr double kUpperShare = 0.95;
constexpr double kDarkShare = 0.6;

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

}  // namespace

Brightness brightness_of(const GreyImage& image) {
  return brightness_of(image, Standardisation::linear(0, 1));
}

Brightness brightness_of(const GreyImage& image, const Standardisation& seen_by) {
  Histogram histogram{};
  for (int row = image.rows / 4; row < image.rows - image.rows / 4; ++row) {
    for (int column = image.columns / 4; column < image.columns - image.columns / 4; ++column) {
      ++histogram[image.at(row, column)];
    }
  }
  const auto count = std::accumulate(histogram.begin(), histogram.end(), std::uint64_t{0});
  Brightness brightness;
  std::uint64_t below = 0;
  for (std::size_t value = 0; value < histogram.size() && count > 0; ++value) {
    const auto share = static_cast<double>(below) / static_cast<double>(count);
    const double seen = seen_by.table[value] - seen_by.table[0];
    if (histogram[value] > 0 && share < kUpperShare) brightness.centre_upper = seen;
    below += histogram[value];
    brightness.centre_mean += seen * static_cast<double>(histogram[value]);
  }
  if (count > 0) brightness.centre_mean /= static_cast<double>(count);
  return brightness;
}

std::vector<bool> find_dark(const std::vector<Brightness>& images) {
  std::vector<double> means, uppers;
  for (const auto& image : images) {
    means.push_back(image.centre_mean);
    uppers.push_back(image.centre_upper);
  }
  const double mean_limit = kDarkShare * median(means);
  const double upper_limit = kDarkShare * median(uppers);
  std::vector<bool> dark;
  for (const auto& image : images) {
    dark.push_back(image.centre_mean < mean_limit && image.centre_upper < upper_limit);
  }
  return dark;
}

}  // namespace heartlab
