#include "heartlab/image/equalise.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "heartlab/core/random.h"

namespace heartlab {
namespace {

// Values from 100 to below 100 + `range`, at random.
GreyImage faint(int rows, int columns, int range) {
  Generator generator(1);
  GreyImage image(rows, columns);
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column) {
      image.at(row, column) =
          static_cast<std::uint8_t>(100 + generator.below(static_cast<std::uint64_t>(range)));
    }
  }
  return image;
}

double deviation(const GreyImage& image) {
  const auto count = static_cast<double>(image.pixels.size());
  const double mean = std::accumulate(image.pixels.begin(), image.pixels.end(), 0.0) / count;
  double squares = 0;
  for (const double value : image.pixels) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / count);
}

TEST(Equalise, faint_contrast_grows_and_the_limit_bounds_it) {
  const GreyImage image = faint(96, 96, 16);
  const double before = deviation(image), little = deviation(equalised(image, 2)),
               much = deviation(equalised(image, 8));
  EXPECT_GT(little, 1.5 * before);
  EXPECT_GT(much, 1.5 * little);
  EXPECT_LT(little, 3 * before);
}

TEST(Equalise, without_a_limit_a_tile_spreads_over_all_values) {
  // One tile of 64 pixels a place in each of 8 x 8: every value occurs as often as every other.
  GreyImage image(64, 64);
  for (int row = 0; row < 64; ++row) {
    for (int column = 0; column < 64; ++column) {
      image.at(row, column) = static_cast<std::uint8_t>(100 + row % 8 * 8 + column % 8);
    }
  }
  const GreyImage result = equalised(image, 256);
  EXPECT_EQ(result.at(0, 0), 4);      // 255 / 64
  EXPECT_EQ(result.at(63, 63), 255);  // all lie at or below it
}

TEST(Equalise, any_size_will_do) {
  for (const auto& [rows, columns] : {std::pair(1, 1), {1, 50}, {7, 3}, {9, 17}, {100, 8}}) {
    const GreyImage result = equalised(faint(rows, columns, 100), 2);
    EXPECT_EQ(result.rows, rows);
    EXPECT_EQ(result.columns, columns);
  }
  EXPECT_TRUE(equalised(GreyImage(), 2).empty());
}

}  // namespace
}  // namespace heartlab
