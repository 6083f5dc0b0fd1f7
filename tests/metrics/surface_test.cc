#include "heartlab/metrics/surface.h"

#include <gtest/gtest.h>

#include <cmath>

#include "heartlab/core/random.h"
#include "heartlab/image/contour.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using testing::expect_error;

Mask square(int top, int left, int side) {
  Mask mask(64, 64);
  for (int row = top; row < top + side; ++row) {
    for (int column = left; column < left + side; ++column) mask.at(row, column) = 1;
  }
  return mask;
}

TEST(SurfaceDistances, of_equal_masks_are_zero) {
  const auto found = surface_distances(square(10, 10, 20), square(10, 10, 20), {1.4, 1.4});
  ASSERT_TRUE(found);
  EXPECT_DOUBLE_EQ(found->hausdorff95, 0);
  EXPECT_DOUBLE_EQ(found->average, 0);
}

TEST(SurfaceDistances, of_a_shifted_square_are_the_shift_in_millimetres) {
  const PixelSpacing spacing{2.0, 0.5};
  const Mask truth = square(20, 20, 20);
  const auto across = surface_distances(truth, square(20, 24, 20), spacing);
  EXPECT_NEAR(across->hausdorff95, 4 * 0.5, 1e-3);
  const auto down = surface_distances(truth, square(24, 20, 20), spacing);
  EXPECT_NEAR(down->hausdorff95, 4 * 2.0, 1e-3);
  EXPECT_LT(across->average, 4 * 0.5);
  EXPECT_LT(down->average, 4 * 2.0);
}

// A disc of that radius, by pixel centre; the raster is finer the smaller a pixel is.
Mask disc(double radius_mm, double pixel_mm) {
  const int side = static_cast<int>(80 / pixel_mm);
  Mask mask(side, side);
  for (int row = 0; row < side; ++row) {
    for (int column = 0; column < side; ++column) {
      const double x = (column + 0.5) * pixel_mm - 40.3, y = (row + 0.5) * pixel_mm - 39.9;
      mask.at(row, column) = std::hypot(x, y) < radius_mm ? 1 : 0;
    }
  }
  return mask;
}

TEST(SurfaceDistances, of_nested_discs_are_the_gap_whatever_the_pixels) {
  for (const double pixel : {0.7, 1.0, 1.37, 2.0}) {
    const auto found = surface_distances(disc(25, pixel), disc(30.2, pixel), {pixel, pixel});
    EXPECT_NEAR(found->average, 5.2, 0.08 * pixel) << pixel;
    EXPECT_NEAR(found->to_truth, 5.2, 0.1 * pixel) << pixel;
    EXPECT_NEAR(found->hausdorff95, 5.2, 0.6 * pixel) << pixel;
  }
}

TEST(SurfaceDistances, of_nested_squares_are_the_gap_between_their_borders) {
  const auto found = surface_distances(square(10, 10, 30), square(15, 15, 20), {1, 1});
  EXPECT_GE(found->hausdorff95, 5);
  EXPECT_LE(found->hausdorff95, 5 * std::sqrt(2.0) + 1e-6);
  EXPECT_NEAR(found->average, 5, 0.4);
}

// Pieces everywhere: every distance is to one nearby, and it takes no time to find.
TEST(SurfaceDistances, of_masks_of_many_pieces_are_found_among_the_near_ones) {
  Generator generator(3);
  Mask speckled(200, 200), other(200, 200);
  for (auto* mask : {&speckled, &other}) {
    for (auto& pixel : mask->pixels) pixel = generator.chance(0.3) ? 1 : 0;
  }
  const auto found = surface_distances(speckled, other, {1, 1});
  EXPECT_LT(found->hausdorff95, 2);
  EXPECT_GT(found->average, 0.1);
}

// A mean over an outline: a speck weighs what its outline is long, not what corners it has.
TEST(SurfaceDistances, weigh_parts_by_their_length) {
  Mask truth = square(10, 10, 30), with_speck = truth;
  with_speck.at(55, 25) = 1;
  const auto found = surface_distances(truth, with_speck, {1, 1});
  // Around the square 4 x 30 less the corners, around the speck, which is rounded, about a pixel.
  EXPECT_GT(found->to_truth, 15.5 * 0.5 / 120);
  EXPECT_LT(found->to_truth, 15.5 * 1.5 / 118);
}

TEST(SurfaceDistances, from_far_outside_are_right_too) {
  Mask far(300, 300), near(300, 300);
  far.at(290, 5) = 1;
  near.at(3, 280) = near.at(3, 281) = 1;
  const auto found = surface_distances(far, near, {1, 1});
  EXPECT_NEAR(found->hausdorff95, std::hypot(287, 275.5), 1.5);
}

TEST(SurfaceDistances, are_symmetric_and_grow_with_the_spacing) {
  Generator generator(1);
  for (int i = 0; i < 20; ++i) {
    const auto place = [&] { return static_cast<int>(generator.below(30)); };
    const Mask a = square(place(), place(), 5 + place()), b = square(place(), place(), 5 + place());
    const auto forth = surface_distances(a, b, {1.3, 0.7});
    const auto back = surface_distances(b, a, {1.3, 0.7});
    const auto doubled = surface_distances(a, b, {2.6, 1.4});
    EXPECT_NEAR(forth->hausdorff95, back->hausdorff95, 1e-9);
    EXPECT_NEAR(forth->average, back->average, 1e-9);
    EXPECT_NEAR(doubled->hausdorff95, 2 * forth->hausdorff95, 1e-4);
    EXPECT_NEAR(doubled->average, 2 * forth->average, 1e-4);
  }
}

TEST(SurfaceDistances, a_missed_structure_has_none) {
  EXPECT_FALSE(surface_distances(square(1, 1, 5), Mask(64, 64), {1, 1}));
  EXPECT_FALSE(surface_distances(Mask(64, 64), square(1, 1, 5), {1, 1}));
  EXPECT_FALSE(surface_distances(Mask(64, 64), Mask(64, 64), {1, 1}));
}

TEST(SurfaceDistances, masks_of_two_sizes_are_an_error) {
  expect_error(ErrorKind::kInternal, {"64 x 64", "3 x 4"}, [] {
    surface_distances(square(1, 1, 5), Mask(3, 4), {1, 1});
  });
}

}  // namespace
}  // namespace heartlab
