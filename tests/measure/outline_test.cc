#include "heartlab/measure/outline.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace heartlab {
namespace {

Mask annulus(double inner, double outer, double x = 40, double y = 40) {
  Mask mask(80, 80);
  for (int row = 0; row < 80; ++row) {
    for (int column = 0; column < 80; ++column) {
      const double r = std::hypot(column - x, row - y);
      mask.at(row, column) = static_cast<std::uint8_t>(r >= inner && r < outer);
    }
  }
  return mask;
}

TEST(Outline, of_a_mask_has_the_area_of_its_pixels_with_holes_filled) {
  const Outline outline = outline_of(annulus(10, 20));
  EXPECT_EQ(outline.area_px, count_set(annulus(0, 20)));
  EXPECT_TRUE(outline_of(Mask(80, 80)).empty());
}

TEST(Outline, cavity_and_ring_give_both_borders) {
  const LeftOutlines drawn = outlines_of_masks(annulus(0, 10), annulus(10, 20));
  EXPECT_EQ(drawn.endocardium.area_px, count_set(annulus(0, 10)));
  EXPECT_EQ(drawn.epicardium.area_px, count_set(annulus(0, 20)));
}

TEST(Outline, a_ring_alone_gives_the_cavity_by_its_hole) {
  const LeftOutlines drawn = outlines_of_masks({}, annulus(10, 20));
  EXPECT_EQ(drawn.endocardium.area_px, count_set(annulus(0, 10)));
  EXPECT_FALSE(drawn.open_ring);
}

TEST(Outline, an_open_ring_is_named) {
  Mask ring = annulus(10, 20);
  for (int column = 40; column < 80; ++column) ring.at(40, column) = 0;
  const LeftOutlines drawn = outlines_of_masks({}, ring);
  EXPECT_TRUE(drawn.open_ring);
  EXPECT_TRUE(drawn.endocardium.empty());
}

TEST(Outline, a_cavity_alone_leaves_the_epicardium_unknown) {
  const LeftOutlines drawn = outlines_of_masks(annulus(0, 10), {});
  EXPECT_TRUE(drawn.epicardium.empty());
}

TEST(Outline, smaller_pieces_are_left_out_and_counted) {
  Mask cavity = annulus(0, 10);
  cavity.at(2, 2) = 1;
  const LeftOutlines drawn = outlines_of_masks(cavity, {});
  EXPECT_EQ(drawn.pieces_left_out, 1);
  EXPECT_EQ(drawn.endocardium.area_px, count_set(annulus(0, 10)));
}

TEST(Outline, a_cavity_that_is_not_the_rings_hole_contradicts_it) {
  EXPECT_FALSE(outlines_of_masks(annulus(0, 10), annulus(10, 20)).contradict);
  // Nearly half of the blood is missed.
  Mask cavity = annulus(0, 10);
  for (int row = 0; row < 39; ++row) {
    for (int column = 0; column < cavity.columns; ++column) cavity.at(row, column) = 0;
  }
  const LeftOutlines drawn = outlines_of_masks(cavity, annulus(10, 20));
  EXPECT_TRUE(drawn.contradict);
  EXPECT_FALSE(drawn.apart);
}

TEST(Outline, a_thin_gap_between_cavity_and_ring_does_not_part_them) {
  for (const double outer : {26.0, 34.0}) {  // less and more muscle than blood
    const LeftOutlines drawn = outlines_of_masks(annulus(0, 20), annulus(21.6, outer));
    EXPECT_FALSE(drawn.apart) << outer;
    EXPECT_EQ(drawn.epicardium.area_px, count_set(annulus(0, outer))) << outer;
    EXPECT_EQ(drawn.endocardium.area_px, count_set(annulus(0, 20))) << outer;
  }
}

TEST(Outline, a_ring_that_does_not_touch_the_cavity_is_left_out) {
  const Mask cavity = annulus(0, 4, 6, 6);
  Mask open = annulus(10, 20);
  std::fill_n(&open.at(40, 40), 40, std::uint8_t{0});
  for (const Mask& ring : {annulus(10, 20), open, annulus(0, 2, 60, 60)}) {
    const LeftOutlines drawn = outlines_of_masks(cavity, ring);
    EXPECT_TRUE(drawn.apart);
    EXPECT_TRUE(drawn.epicardium.empty());
    EXPECT_EQ(drawn.endocardium.area_px, count_set(cavity));
  }
  EXPECT_FALSE(outlines_of_masks(annulus(0, 10), open).apart);
}

}  // namespace
}  // namespace heartlab
