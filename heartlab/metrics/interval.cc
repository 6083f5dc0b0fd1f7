#include "heartlab/metrics/interval.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "heartlab/core/random.h"

namespace heartlab {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

}  // namespace

double mean(const std::vector<double>& values) {
  if (values.empty()) return kUnknown;
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double median(std::vector<double> values) { return quantile(std::move(values), 0.5); }

double quantile(std::vector<double> values, double share) {
  if (values.empty()) return kUnknown;
  std::sort(values.begin(), values.end());
  const double at = std::clamp(share, 0.0, 1.0) * static_cast<double>(values.size() - 1);
  const auto low = static_cast<std::size_t>(at);
  const std::size_t high = std::min(low + 1, values.size() - 1);
  return std::lerp(values[low], values[high], at - static_cast<double>(low));
}

Interval bootstrap_interval(const std::vector<double>& values, int resamples, std::uint64_t seed) {
  if (values.size() < 2 || resamples < 1) return {kUnknown, kUnknown};
  Generator generator(seed);
  std::vector<double> means;
  for (int i = 0; i < resamples; ++i) {
    double sum = 0;
    for (std::size_t j = 0; j < values.size(); ++j) sum += values[generator.below(values.size())];
    means.push_back(sum / static_cast<double>(values.size()));
  }
  return {quantile(means, 0.025), quantile(means, 0.975)};
}

}  // namespace heartlab
