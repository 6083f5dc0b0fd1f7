#include "heartlab/prepare/standardisation.h"

#include <gtest/gtest.h>

#include <cmath>

#include "heartlab/core/random.h"

namespace heartlab {
namespace {

// Grey values of 1 to 255, most of them low.
GreyImage tissue(std::uint64_t seed, int side = 64) {
  Generator generator(seed);
  GreyImage image(side, side);
  for (auto& value : image.pixels) {
    const double u = generator.uniform();
    value = static_cast<std::uint8_t>(std::lround(10 + 240 * u * u));
  }
  return image;
}

GreyImage darkened(const GreyImage& image, double factor) {
  GreyImage dark = image;
  for (auto& value : dark.pixels) {
    value = static_cast<std::uint8_t>(std::lround(value * factor));
  }
  return dark;
}

std::vector<double> on_scale(const GreyImage& image, const std::vector<double>& scale) {
  const auto table = to_standard_scale(landmarks_of(histogram_of(image.pixels)), scale);
  std::vector<double> mapped;
  for (const auto value : image.pixels) mapped.push_back(table[value]);
  return mapped;
}

std::vector<double> learned_scale() {
  std::vector<std::vector<double>> all;
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    all.push_back(landmarks_of(histogram_of(tissue(seed).pixels)));
  }
  return standard_scale(all);
}

TEST(Standardisation, moments_are_those_of_the_pixels) {
  const Moments found = moments_of(histogram_of(std::vector<std::uint8_t>{2, 4, 4, 4, 5, 5, 7, 9}));
  EXPECT_DOUBLE_EQ(found.mean, 5);
  EXPECT_DOUBLE_EQ(found.deviation, 2);
  EXPECT_EQ(moments_of(Histogram{}).deviation, 0);
}

TEST(Standardisation, landmarks_are_percentiles_of_what_is_not_black) {
  std::vector<std::uint8_t> pixels(1000, 0);
  for (int value = 1; value <= 100; ++value) pixels.push_back(static_cast<std::uint8_t>(value));
  EXPECT_EQ(landmarks_of(histogram_of(pixels)),
            (std::vector<double>{1, 10, 20, 30, 40, 50, 60, 70, 80, 90, 99}));
  EXPECT_TRUE(landmarks_of(histogram_of(std::vector<std::uint8_t>(9, 0))).empty());
}

TEST(Standardisation, the_standard_scale_runs_from_its_first_to_its_last_value_and_rises) {
  const auto scale = learned_scale();
  ASSERT_EQ(scale.size(), kLandmarks);
  EXPECT_DOUBLE_EQ(scale.front(), kScaleFirst);
  EXPECT_DOUBLE_EQ(scale.back(), kScaleLast);
  EXPECT_TRUE(std::ranges::is_sorted(scale));
  EXPECT_TRUE(standard_scale({{}, std::vector<double>(kLandmarks, 7)}).empty());
}

TEST(Standardisation, a_dark_image_becomes_as_bright_as_the_others) {
  const auto scale = learned_scale();
  const GreyImage image = tissue(9);
  const auto bright = on_scale(image, scale), dark = on_scale(darkened(image, 0.3), scale);
  double difference = 0;
  for (std::size_t i = 0; i < bright.size(); ++i) difference += std::abs(bright[i] - dark[i]);
  EXPECT_LT(difference / static_cast<double>(bright.size()), 3);
}

TEST(Standardisation, brighter_never_becomes_darker) {
  const auto scale = learned_scale();
  for (const double factor : {1.0, 0.5, 0.05, 0.01}) {
    const auto values = histogram_of(darkened(tissue(4), factor).pixels);
    const auto table = to_standard_scale(landmarks_of(values), scale);
    EXPECT_TRUE(std::ranges::is_sorted(table)) << factor;
    EXPECT_GE(table.front(), 0);
    EXPECT_LE(table.back(), 255);
  }
}

TEST(Standardisation, an_image_without_contrast_stays_as_it_is) {
  const auto scale = learned_scale();
  for (const std::uint8_t value : {0, 77}) {
    const auto values = histogram_of(std::vector<std::uint8_t>(100, value));
    EXPECT_EQ(to_standard_scale(landmarks_of(values), scale)[value], value);
  }
}

}  // namespace
}  // namespace heartlab
