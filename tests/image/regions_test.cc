#include "heartlab/image/regions.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/image/shapes.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using testing::expect_mask_eq;
using testing::random_mask;

TEST(Components, pieces_that_touch_at_a_corner_are_one) {
  Mask mask(4, 4);
  mask.at(0, 0) = mask.at(1, 1) = mask.at(3, 3) = 1;
  EXPECT_EQ(count_components(mask), 2);
  EXPECT_EQ(count_components(Mask(4, 4)), 0);
}

TEST(Components, only_the_largest_piece_is_kept) {
  Mask mask(10, 10);
  mask.at(0, 0) = mask.at(0, 1) = 1;
  for (int row = 4; row < 8; ++row) mask.at(row, 5) = 1;
  Mask expected(10, 10);
  for (int row = 4; row < 8; ++row) expected.at(row, 5) = 1;
  expect_mask_eq(expected, largest_component(mask));
  expect_mask_eq(Mask(3, 3), largest_component(Mask(3, 3)));
}

TEST(Components, among_equals_the_first_in_reading_order_is_kept) {
  Mask mask(1, 5);
  mask.at(0, 1) = mask.at(0, 4) = 1;
  EXPECT_EQ(largest_component(mask).at(0, 1), 1);
  EXPECT_EQ(largest_component(mask).at(0, 4), 0);
}

TEST(Components, the_largest_piece_is_one_piece_and_no_other_is_larger) {
  Generator generator(4);
  for (int i = 0; i < 20; ++i) {
    const Mask mask = random_mask(generator, 30, 30, 0.35);
    const Mask largest = largest_component(mask);
    EXPECT_EQ(count_components(largest), 1);
    Mask rest = mask;
    for (std::size_t p = 0; p < rest.pixels.size(); ++p) {
      if (largest.pixels[p] != 0) rest.pixels[p] = 0;
    }
    EXPECT_EQ(count_components(rest), count_components(mask) - 1);
    EXPECT_LE(count_set(largest_component(rest)), count_set(largest));
  }
}

TEST(Distance, agrees_with_the_nearest_of_all_set_pixels_in_anisotropic_millimetres) {
  Generator generator(5);
  for (int i = 0; i < 20; ++i) {
    const int rows = 1 + static_cast<int>(generator.below(24));
    const int columns = 1 + static_cast<int>(generator.below(24));
    Mask mask = random_mask(generator, rows, columns, 0.05);
    mask.at(rows / 2, columns / 3) = 1;
    const PixelSpacing spacing{generator.uniform(0.3, 3), generator.uniform(0.3, 3)};
    const Image found = distance_to(mask, spacing);
    for (int row = 0; row < rows; ++row) {
      for (int column = 0; column < columns; ++column) {
        double nearest = INFINITY;
        for (int y = 0; y < rows; ++y) {
          for (int x = 0; x < columns; ++x) {
            if (mask.at(y, x) == 0) continue;
            nearest = std::min(nearest,
                               std::hypot((y - row) * spacing.row, (x - column) * spacing.column));
          }
        }
        ASSERT_NEAR(found.at(row, column), nearest, 1e-5) << "row " << row << " column " << column;
      }
    }
  }
}

TEST(Distance, to_an_empty_mask_is_infinite_everywhere) {
  for (const float value : distance_to(Mask(3, 4), {1, 1}).pixels) EXPECT_TRUE(std::isinf(value));
}

TEST(Distance, an_unknown_spacing_counts_as_one_millimetre) {
  Mask mask(1, 6);
  mask.at(0, 0) = 1;
  EXPECT_FLOAT_EQ(distance_to(mask, {}).at(0, 5), 5);
}

}  // namespace
}  // namespace heartlab
