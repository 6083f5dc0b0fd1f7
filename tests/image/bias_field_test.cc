#include "heartlab/image/bias_field.h"

#include <gtest/gtest.h>

#include <cmath>

#include "heartlab/core/random.h"

namespace heartlab {
namespace {

// Air and tissue of two brightnesses in blocks, under a field that doubles from left to right.
Image under_a_field(int rows, int columns, double strength) {
  Generator generator(1);
  Image image(rows, columns);
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column) {
      const int kind = (row * 8 / rows + column * 8 / columns) % 3;
      const double field = std::exp(strength * (column / double(columns) - 0.5));
      image.at(row, column) = static_cast<float>(
          ((kind == 0 ? 60 : 200 + 300 * kind) + 5 * generator.normal()) * field);
    }
  }
  return image;
}

// The brightest tissue's mean on the right over that on the left.
double right_over_left(const Image& image) {
  double sums[2] = {}, counts[2] = {};
  for (int row = 0; row < image.rows; ++row) {
    for (int column = 0; column < image.columns; ++column) {
      if ((row * 8 / image.rows + column * 8 / image.columns) % 3 != 2) continue;
      const int side = 2 * column / image.columns;
      sums[side] += image.at(row, column);
      ++counts[side];
    }
  }
  return sums[1] / counts[1] / (sums[0] / counts[0]);
}

TEST(BiasField, a_slow_change_of_brightness_is_taken_away) {
  ASSERT_TRUE(has_bias_correction());
  for (const int side : {96, 600}) {
    const Image image = under_a_field(side, side, 0.7);
    EXPECT_GT(right_over_left(image), 1.3);
    EXPECT_NEAR(right_over_left(bias_corrected(image)), 1, 0.08) << side;
  }
  EXPECT_EQ(bias_corrected(Image(5, 7, 3.0F)).pixels, Image(5, 7).pixels);
}

}  // namespace
}  // namespace heartlab
