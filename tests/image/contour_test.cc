#include "heartlab/image/contour.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/image/shapes.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using testing::blob;
using testing::circle;
using testing::expect_error;
using testing::expect_mask_eq;
using testing::random_mask;

Contour rectangle(double left, double top, double right, double bottom) {
  return {{{left, top}, {right, top}, {right, bottom}, {left, bottom}}};
}

// Twice the area, negative where the polygon runs counter-clockwise as seen on the screen.
// Even-odd by a ray to the right, pixel by pixel.
bool is_inside(const Contour& contour, double x, double y) {
  bool inside = false;
  for (std::size_t i = 0; i < contour.points.size(); ++i) {
    const Point& a = contour.points[i];
    const Point& b = contour.points[(i + 1) % contour.points.size()];
    if ((a.y > y) == (b.y > y)) continue;
    if (x < a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x)) inside = !inside;
  }
  return inside;
}

TEST(Contour, area_is_that_of_the_shape_in_either_direction) {
  Contour contour = rectangle(2, 3, 7, 13);
  EXPECT_DOUBLE_EQ(area(contour), 50);
  std::reverse(contour.points.begin(), contour.points.end());
  EXPECT_DOUBLE_EQ(area(contour), 50);
  EXPECT_DOUBLE_EQ(area({}), 0);
  EXPECT_NEAR(area(circle({50, 50}, 20)), std::numbers::pi * 400, 0.1);
}

TEST(Rasterise, a_pixel_belongs_to_the_polygon_that_holds_its_centre) {
  const Mask mask = rasterise(rectangle(0.5, 0.5, 3.5, 2.5), 4, 5);
  EXPECT_EQ(count_set(mask), 6U);
  EXPECT_EQ(mask.at(1, 1), 1);
  EXPECT_EQ(mask.at(2, 3), 1);
  EXPECT_EQ(mask.at(0, 1), 0);
  EXPECT_EQ(mask.at(1, 4), 0);
}

TEST(Rasterise, a_centre_on_the_border_belongs_to_the_mask_save_on_an_upper_level_border) {
  const Mask mask = rasterise(rectangle(1, 1, 4, 3), 6, 6);
  EXPECT_EQ(count_set(mask), 8U);
  EXPECT_EQ(mask.at(1, 2), 0);
  for (const int row : {2, 3}) {
    for (const int column : {1, 2, 3, 4}) EXPECT_EQ(mask.at(row, column), 1);
  }
  Contour diamond{{{3, 0}, {6, 3}, {3, 6}, {0, 3}}};
  const Mask forward = rasterise(diamond, 7, 7);
  EXPECT_EQ(count_set(forward), 24U);
  std::ranges::reverse(diamond.points);
  expect_mask_eq(forward, rasterise(diamond, 7, 7));
}

TEST(Rasterise, a_filled_circle_has_the_area_of_the_circle) {
  for (const double radius : {18.0, 24.3, 31.7, 60.0}) {
    const Point centre{100.2, 96.7};
    const double expected = std::numbers::pi * radius * radius;
    const auto found = static_cast<double>(count_set(rasterise(circle(centre, radius), 200, 210)));
    EXPECT_NEAR(found / expected, 1, 0.005) << "radius " << radius;
  }
}

TEST(Rasterise, masks_of_heart_sized_polygons_have_the_area_of_the_polygon) {
  Generator generator(1);
  double bias = 0;
  constexpr int kShapes = 200;
  for (int i = 0; i < kShapes; ++i) {
    const Point centre{generator.uniform(110, 140), generator.uniform(110, 140)};
    const Contour contour = blob(generator, centre, generator.uniform(25, 60));
    const double found = static_cast<double>(count_set(rasterise(contour, 256, 256)));
    EXPECT_NEAR(found / area(contour), 1, 0.005);
    bias += found / area(contour) - 1;
  }
  EXPECT_NEAR(bias / kShapes, 0, 0.0003);
}

TEST(Rasterise, agrees_with_a_point_in_polygon_test_of_every_pixel) {
  Generator generator(2);
  for (int i = 0; i < 50; ++i) {
    Contour contour;  // crosses itself and leaves the raster
    for (int p = 0; p < 3 + i % 7; ++p) {
      contour.points.push_back({generator.uniform(-8, 40), generator.uniform(-8, 32)});
    }
    Mask expected(24, 32);
    for (int row = 0; row < 24; ++row) {
      for (int column = 0; column < 32; ++column) {
        expected.at(row, column) = is_inside(contour, column, row) ? 1 : 0;
      }
    }
    expect_mask_eq(expected, rasterise(contour, 24, 32));
  }
}

TEST(Rasterise, what_lies_outside_the_raster_is_cut_off) {
  EXPECT_EQ(count_set(rasterise(rectangle(-1e30, -1e30, 1e30, 1e30), 3, 4)), 12U);
  EXPECT_EQ(count_set(rasterise(rectangle(10, 10, 20, 20), 3, 4)), 0U);
  EXPECT_EQ(count_set(rasterise(rectangle(-20, -20, -10, -10), 3, 4)), 0U);
}

TEST(Rasterise, fewer_than_three_points_enclose_nothing) {
  EXPECT_EQ(count_set(rasterise(Contour{}, 8, 8)), 0U);
  EXPECT_EQ(count_set(rasterise(Contour{{{1, 1}, {6, 6}}}, 8, 8)), 0U);
}

TEST(Rasterise, a_polygon_in_another_is_a_hole) {
  const std::vector<Contour> ring = {circle({60, 60}, 40), circle({60, 60}, 25)};
  const double expected = std::numbers::pi * (40 * 40 - 25 * 25);
  EXPECT_NEAR(static_cast<double>(count_set(rasterise(ring, 120, 120))) / expected, 1, 0.005);
}

TEST(Rasterise, a_coordinate_that_is_not_finite_is_an_error) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  expect_error(ErrorKind::kBadInput, {"point 2"}, [&] {
    rasterise(Contour{{{1, 1}, {nan, 6}, {3, 3}}}, 8, 8);
  });
}

TEST(Trace, rasterising_the_traced_contours_gives_the_mask_back) {
  Generator generator(3);
  for (int i = 0; i < 60; ++i) {
    const int rows = 1 + static_cast<int>(generator.below(40));
    const int columns = 1 + static_cast<int>(generator.below(40));
    const Mask mask = random_mask(generator, rows, columns, generator.uniform());
    expect_mask_eq(mask, rasterise(trace(mask), rows, columns));
  }
}

TEST(Trace, an_outer_border_runs_counter_clockwise_and_a_hole_clockwise) {
  Mask ring(7, 9, 1);
  ring.at(3, 4) = 0;
  const auto contours = trace(ring);
  ASSERT_EQ(contours.size(), 2U);
  EXPECT_LT(signed_area(contours[0]), 0);
  EXPECT_GT(signed_area(contours[1]), 0);
}

TEST(Trace, pieces_that_touch_at_a_corner_are_two_and_the_longest_comes_first) {
  Mask mask(8, 8);
  mask.at(1, 1) = 1;
  for (int row = 2; row < 6; ++row) {
    for (int column = 2; column < 6; ++column) mask.at(row, column) = 1;
  }
  const auto contours = trace(mask);
  ASSERT_EQ(contours.size(), 2U);
  EXPECT_GT(area(contours[0]), area(contours[1]));
  EXPECT_EQ(contours[1].points.size(), 4U);
}

TEST(Trace, an_empty_mask_has_no_contours) { EXPECT_TRUE(trace(Mask(5, 5)).empty()); }

}  // namespace
}  // namespace heartlab
