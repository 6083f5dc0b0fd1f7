#include "heartlab/evaluate/challenge.h"

#include <gtest/gtest.h>

#include <cmath>

namespace heartlab {
namespace {

constexpr PixelSpacing kSpacing{1, 1};

// A ring around the middle, open to the right where `open` is true.
Mask ring(double inner, double outer, bool open = false) {
  Mask mask(64, 64);
  for (int row = 0; row < 64; ++row) {
    for (int column = 0; column < 64; ++column) {
      const double radius = std::hypot(row - 32, column - 32);
      const bool gap = open && column > 32 && std::abs(row - 32) < 4;
      mask.at(row, column) = radius >= inner && radius <= outer && !gap ? 1 : 0;
    }
  }
  return mask;
}

TEST(Challenge, a_myocardium_is_judged_by_each_of_its_contours) {
  const auto contours = challenge_contours("myocardium", ring(8, 20), ring(11, 20), kSpacing);
  ASSERT_EQ(contours.size(), 2U);
  EXPECT_DOUBLE_EQ(contours[0].distance_mm.value(), 0);
  EXPECT_DOUBLE_EQ(contours[0].dice, 1);
  EXPECT_NEAR(contours[1].distance_mm.value(), 3, 0.3);
  EXPECT_NEAR(contours[1].dice, 2.0 * 64 / (64 + 121), 0.03);
}

TEST(Challenge, a_contour_that_is_not_drawn_counts_and_is_not_good) {
  const auto contours = challenge_contours("myocardium", ring(8, 20), ring(8, 20, true), kSpacing);
  ASSERT_EQ(contours.size(), 2U);
  EXPECT_FALSE(contours[1].distance_mm.has_value());
  const ChallengeFigures found = challenge_figures(contours);
  EXPECT_EQ(found.contours, 2);
  EXPECT_EQ(found.good, 1);
}

TEST(Challenge, an_open_ring_of_the_physician_has_no_inner_contour) {
  EXPECT_EQ(challenge_contours("myocardium", ring(8, 20, true), ring(8, 20), kSpacing).size(), 1U);
}

TEST(Challenge, a_cavity_has_one_contour) {
  EXPECT_EQ(challenge_contours("cavity", ring(0, 20), ring(0, 19), kSpacing).size(), 1U);
  EXPECT_TRUE(challenge_contours("cavity", Mask(64, 64), ring(0, 19), kSpacing).empty());
}

}  // namespace
}  // namespace heartlab
