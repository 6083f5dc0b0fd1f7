#include "heartlab/segment/clean_up.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "heartlab/image/regions.h"
#include "heartlab/segment/topology.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using testing::expect_error;
using testing::expect_mask_eq;

constexpr int kRingSide = 64;

// A ring of radii `inner` to 16 with a gap of `degrees` to the right.
Mask ring(double degrees = 0, double inner = 10) {
  Mask mask(kRingSide, kRingSide);
  for (int row = 0; row < kRingSide; ++row) {
    for (int column = 0; column < kRingSide; ++column) {
      const double y = row - 32, x = column - 32, radius = std::hypot(x, y);
      const double angle = std::abs(std::atan2(y, x)) * 180 / std::numbers::pi;
      mask.at(row, column) = radius >= inner && radius < 16 && angle >= degrees / 2 ? 1 : 0;
    }
  }
  return mask;
}

bool is_set_at_the_middle(const Mask& mask) { return mask.at(32, 32) != 0; }

TEST(Topology, holes_are_filled_and_bays_are_not) {
  EXPECT_TRUE(is_set_at_the_middle(without_holes(ring())));
  expect_mask_eq(without_holes(ring(60)), ring(60));
}

TEST(Topology, a_hole_that_touches_only_at_a_corner_is_closed) {
  // The mask is 8-connected, so what it encloses is 4-connected.
  Mask diamond(5, 5);
  for (const auto& [row, column] : {std::pair(1, 2), {2, 1}, {2, 3}, {3, 2}}) {
    diamond.at(row, column) = 1;
  }
  EXPECT_EQ(without_holes(diamond).at(2, 2), 1);
}

TEST(Topology, of_a_ring_with_flaws_the_cavity_alone_stays_open) {
  Mask flawed = ring();
  flawed.at(32, 45) = 0;
  expect_mask_eq(without_holes_but_largest(flawed), ring());
  expect_mask_eq(closed_ring(flawed), ring());
}

TEST(Topology, a_small_gap_of_the_ring_is_closed_and_a_wide_one_stays) {
  const Mask closed = closed_ring(ring(25));
  EXPECT_FALSE(is_set_at_the_middle(closed));
  EXPECT_TRUE(is_set_at_the_middle(without_holes(closed))) << "the cavity is not enclosed";
  EXPECT_LT(std::abs(double(count_set(closed)) - double(count_set(ring()))),
            0.1 * count_set(ring()));
  expect_mask_eq(closed_ring(ring(140)), ring(140));
}

TEST(Topology, a_disc_without_cavity_and_an_empty_mask_stay_as_they_are) {
  const Mask disc = without_holes(ring());
  expect_mask_eq(closed_ring(disc), disc);
  expect_mask_eq(closed_ring(Mask(kRingSide, kRingSide)), Mask(kRingSide, kRingSide));
}

TEST(Topology, a_small_cavity_stays_one) {
  const Mask contracted = ring(0, 4);
  expect_mask_eq(closed_ring(contracted), contracted);
  Mask flawed = contracted;
  flawed.at(32, 42) = 0;
  expect_mask_eq(closed_ring(flawed), contracted);
}

TEST(CleanUp, lengths_are_brought_to_other_pixels_and_nothing_else) {
  CleanUp options;
  options.smooth = 3;
  options.crf = {1, 10, 15, 2, 4};
  options.largest = true;
  const CleanUp other = options.times(0.5);
  EXPECT_EQ(other.smooth, 1.5);
  EXPECT_EQ(other.crf, (std::vector<double>{1, 5, 15, 2, 2}));
  EXPECT_TRUE(other.largest);
}

TEST(Topology, smoothing_takes_away_a_spur_and_keeps_the_area) {
  const Mask disc = without_holes(ring());
  Mask spur = disc;
  for (int column = 48; column < 60; ++column) spur.at(32, column) = 1;
  const Mask smooth = smoothed(spur, 2);
  EXPECT_EQ(smooth.at(32, 55), 0);
  EXPECT_NEAR(double(count_set(smooth)), double(count_set(disc)), 0.03 * count_set(disc));
  expect_mask_eq(smoothed(Mask(kRingSide, kRingSide, 1), 3), Mask(kRingSide, kRingSide, 1));
}

TEST(CleanUp, filling_the_holes_of_a_myocardium_leaves_its_cavity) {
  CleanUp options;
  options.fill_holes = true;
  Mask flawed = ring();
  flawed.at(32, 45) = 0;
  expect_mask_eq(cleaned_mask(flawed, "myocardium", options), ring());
  EXPECT_TRUE(is_set_at_the_middle(cleaned_mask(flawed, "cavity", options)));
}

TEST(CleanUp, off_nothing_changes_and_nothing_is_stated) {
  expect_mask_eq(cleaned_mask(ring(30), "cavity", {}), ring(30));
  EXPECT_TRUE(CleanUp().to_json().empty());
}

TEST(CleanUp, what_does_not_go_together_is_refused) {
  CleanUp options;
  options.ring = true;
  expect_error(ErrorKind::kUsage, {"--ring", "myocardium", "cavity"},
               [&] { check_clean_up(options, "cavity"); });
  options.ring = false;
  options.crf = {1, 2, 3};
  expect_error(ErrorKind::kUsage, {"--crf", "five", "3"},
               [&] { check_clean_up(options, "cavity"); });
  options.crf = {1, 0, 3, 1, 1};
  expect_error(ErrorKind::kUsage, {"--crf", "above 0"}, [&] { check_clean_up(options, "cavity"); });
}

}  // namespace
}  // namespace heartlab
