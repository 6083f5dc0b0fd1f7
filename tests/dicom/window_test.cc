#include <gtest/gtest.h>

#include <cmath>

#include "heartlab/dicom/reader.h"

namespace heartlab::testing {
namespace {

std::vector<int> windowed(std::vector<float> values, double centre, double width) {
  DicomFrame frame;
  frame.image = Image(1, int(values.size()));
  frame.image.pixels = std::move(values);
  frame.window_centre = centre;
  frame.window_width = width;
  const GreyImage grey = apply_window(frame);
  return {grey.pixels.begin(), grey.pixels.end()};
}

// The formula of PS3.3 C.11.2.1.2.1, as it stands there.
int by_the_standard(double x, double c, double w) {
  if (x <= c - 0.5 - (w - 1) / 2) return 0;
  if (x > c - 0.5 + (w - 1) / 2) return 255;
  return int(std::lround(((x - (c - 0.5)) / (w - 1) + 0.5) * 255));
}

TEST(dicom_window, maps_as_the_standard_says) {
  for (const auto& [centre, width] :
       {std::pair(2048.0, 4096.0), {2048.0, 1.0}, {0.0, 100.0}, {40.5, 2.0}, {-600.0, 1500.0}}) {
    for (double x = -3000; x < 5000; x += 0.3701) {
      ASSERT_EQ(windowed({float(x)}, centre, width)[0], by_the_standard(float(x), centre, width))
          << x << " in " << centre << ", " << width;
    }
  }
}

TEST(dicom_window, without_one_the_values_run_from_minimum_to_maximum) {
  EXPECT_EQ(windowed({-10, 0, 10, 30}, 0, 0), (std::vector<int>{0, 64, 128, 255}));
}

TEST(dicom_window, a_constant_image_without_one_is_black) {
  EXPECT_EQ(windowed({5, 5}, 0, 0), (std::vector<int>{0, 0}));
}

}  // namespace
}  // namespace heartlab::testing
