#include "heartlab/image/outlines.h"

#include <gtest/gtest.h>

#include "tests/image/shapes.h"
#include "tests/support/support.h"

namespace heartlab::testing {
namespace {

TEST(Outlines, smoothing_never_changes_the_mask) {
  Generator generator(3);
  for (int round = 0; round < 60; ++round) {
    const Mask mask = random_mask(generator, 20, 23, 0.1 + 0.014 * round);
    std::vector<Contour> smooth;
    for (const auto& border : trace(mask)) smooth.push_back(smoothed(border));
    expect_mask_eq(mask, rasterise(smooth, mask.rows, mask.columns));
  }
}

TEST(Outlines, a_circle_loses_its_stairs_and_keeps_its_size) {
  const Contour drawn = circle({30.3, 29.6}, 20);
  const Contour border = trace(rasterise(drawn, 64, 64)).front();
  const Contour smooth = smoothed(border);
  EXPECT_GT(length(border), 1.04 * length(drawn));
  EXPECT_NEAR(length(smooth), length(drawn), 0.015 * length(drawn));
  EXPECT_NEAR(area(smooth), area(drawn), 0.01 * area(drawn));
  for (const Point& point : smooth.points) {
    EXPECT_NEAR(std::hypot(point.x - 30.3, point.y - 29.6), 20, 0.5);
  }
}

TEST(Outlines, each_piece_is_one_polygon_whatever_its_holes) {
  Generator generator(8);
  for (int round = 0; round < 40; ++round) {
    const Mask mask = random_mask(generator, 17, 19, 0.3 + 0.015 * round);
    std::size_t pieces = 0;
    for (const auto& border : trace(mask)) pieces += signed_area(border) < 0 ? 1 : 0;
    const auto polygons = outlines(mask);
    EXPECT_EQ(polygons.size(), pieces);
    expect_mask_eq(mask, rasterise(polygons, mask.rows, mask.columns));
  }
}

TEST(Outlines, a_ring_with_a_piece_in_its_hole_is_two_polygons) {
  Mask mask(15, 15);
  for (int row = 1; row < 14; ++row) {
    for (int column = 1; column < 14; ++column) {
      const int ring = std::max(std::abs(row - 7), std::abs(column - 7));
      mask.at(row, column) = ring >= 4 || ring <= 1 ? 1 : 0;
    }
  }
  const auto polygons = outlines(mask);
  ASSERT_EQ(polygons.size(), 2U);
  expect_mask_eq(mask, rasterise(polygons, 15, 15));
}

TEST(Outlines, a_place_in_the_patient_follows_rows_and_columns) {
  Geometry geometry;
  geometry.spacing = {2, 3};
  geometry.position = {10, 20, 30};
  geometry.row_direction = {0, 1, 0};
  geometry.column_direction = {0, 0, -1};
  const auto place = in_patient({1, 2}, geometry);
  EXPECT_EQ(place, (std::array<double, 3>{10, 23, 26}));
}

}  // namespace
}  // namespace heartlab::testing
