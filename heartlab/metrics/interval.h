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

// The value below which `share` (0 to 1) of the values lie, linear between neighbours (as NumPy's
// default); NaN where empty.
double quantile(std::vector<double> values, double share);

// Percentile bootstrap of the mean, 95 %, by resampling `values` (one a patient); NaN
// where empty.
Interval bootstrap_interval(const std::vector<double>& values, int resamples, std::uint64_t seed);

}  // namespace heartlab
