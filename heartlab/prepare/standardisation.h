#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "heartlab/image/raster.h"

namespace heartlab {

// How often each grey value occurs.
using Histogram = std::array<std::uint64_t, 256>;

Histogram histogram_of(std::span<const std::uint8_t> pixels);
void add_to(Histogram& sum, const Histogram& part);

struct Moments {
  double mean = 0, deviation = 0;  // 0, 0 of no pixel
};
Moments moments_of(const Histogram& histogram);

// What turns 8-bit values into a network's input, value by value.
struct Standardisation {
  std::array<float, 256> table{};

  // (value - shift) x scale.
  static Standardisation linear(double shift, double scale);
  std::vector<float> apply(const GreyImage& image) const;
};

// Percentiles 1, 10, 20 ... 90, 99 of the values above 0; empty where there are none. They are the
// landmarks of the intensity scale (Nyul and Udupa, Magn Reson Med 42:1072, 1999; deciles as in
// Nyul, Udupa and Zhang, IEEE TMI 19:143, 2000).
inline constexpr std::size_t kLandmarks = 11;
std::vector<double> landmarks_of(const Histogram& histogram);

// The standard scale: the mean of the images' landmarks, each image's first and last taken to
// kScaleFirst and kScaleLast before. Images without landmarks, or with one value alone, count
// nothing; empty where none is left.
inline constexpr double kScaleFirst = 25, kScaleLast = 230;
std::vector<double> standard_scale(const std::vector<std::vector<double>>& landmarks);

// Takes an image's landmarks to those of the standard scale, linearly between two of them and
// beyond the last, within 0 to 255. An image without landmarks stays as it is.
std::array<double, 256> to_standard_scale(const std::vector<double>& landmarks,
                                          const std::vector<double>& scale);

}  // namespace heartlab
