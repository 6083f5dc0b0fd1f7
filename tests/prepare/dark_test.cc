#include "heartlab/prepare/dark.h"

#include <gtest/gtest.h>

#include "heartlab/prepare/preparation.h"

namespace heartlab {
namespace {

std::vector<Brightness> usual(int count) { return std::vector<Brightness>(count, {28, 80}); }

TEST(Dark, brightness_is_measured_in_the_middle_half) {
  GreyImage image(40, 40, 255);
  for (int row = 10; row < 30; ++row) {
    for (int column = 10; column < 30; ++column) image.at(row, column) = 10;
  }
  EXPECT_DOUBLE_EQ(brightness_of(image).centre_mean, 10);
  EXPECT_DOUBLE_EQ(brightness_of(image).centre_upper, 10);
}

TEST(Dark, the_upper_value_is_what_95_of_100_pixels_do_not_exceed) {
  GreyImage image(20, 20, 0);
  std::uint8_t value = 0;
  for (int row = 5; row < 15; ++row) {
    for (int column = 5; column < 15; ++column) image.at(row, column) = ++value;
  }
  EXPECT_DOUBLE_EQ(brightness_of(image).centre_upper, 95);
}

TEST(Dark, a_network_sees_a_dark_image_no_darker_where_each_image_has_unit_variance) {
  GreyImage image(20, 20, 0), dark(20, 20, 0);
  for (std::size_t i = 0; i < image.pixels.size(); i += 2) {
    image.pixels[i] = 200;
    dark.pixels[i] = 50;
  }
  const auto seen = [](const GreyImage& grey, const char* standardise) {
    Preparation preparation;
    preparation.standardise = standardise;
    return brightness_of(grey, preparation.standardisation_of(histogram_of(grey.pixels)));
  };
  EXPECT_NEAR(seen(dark, "dataset").centre_upper, seen(image, "dataset").centre_upper / 4, 1e-5);
  EXPECT_NEAR(seen(dark, "image").centre_upper, seen(image, "image").centre_upper, 1e-5);
}

TEST(Dark, an_image_far_below_the_others_in_both_measures_is_dark) {
  auto images = usual(9);
  images.push_back({15, 45});
  const auto dark = find_dark(images);
  EXPECT_TRUE(dark.back());
  EXPECT_FALSE(dark.front());
}

TEST(Dark, a_large_dark_lung_beside_a_bright_heart_is_not_enough) {
  auto images = usual(9);
  images.push_back({15, 79});
  EXPECT_FALSE(find_dark(images).back());
}

TEST(Dark, a_data_set_that_is_equally_dim_has_no_dark_images) {
  for (const bool dark : find_dark(std::vector<Brightness>(5, {3, 9}))) EXPECT_FALSE(dark);
}

TEST(Dark, no_images_and_an_image_without_pixels_are_fine) {
  EXPECT_TRUE(find_dark({}).empty());
  EXPECT_DOUBLE_EQ(brightness_of(GreyImage()).centre_mean, 0);
}

}  // namespace
}  // namespace heartlab
