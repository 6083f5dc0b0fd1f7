#pragma once

#include <cstdint>
#include <vector>

namespace heartlab {

struct Interval {
  double low = 0;
  double high = 0;
};

double mean(const std::vector<double>& values);  // NaN where empty
double median(std::vector<double> values);       // NaN where empty

// Percentile bootstrap of the mean, 95 %, by resampling `values` (one a patient).
Interval bootstrap_interval(const std::vector<double>& values, int resamples, std::uint64_t seed);

}  // namespace heartlab
