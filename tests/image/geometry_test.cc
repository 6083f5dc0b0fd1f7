#include "heartlab/image/geometry.h"

#include <gtest/gtest.h>

namespace heartlab {
namespace {

TEST(Geometry, the_normal_is_the_cross_product_of_the_rows_and_columns) {
  Geometry axial;
  EXPECT_EQ(axial.normal(), (std::array<double, 3>{0, 0, 1}));
  Geometry coronal;
  coronal.column_direction = {0, 0, -1};
  EXPECT_EQ(coronal.normal(), (std::array<double, 3>{0, 1, 0}));
}

TEST(Geometry, moving_within_the_slice_does_not_change_its_place_along_the_normal) {
  Geometry slice;
  slice.row_direction = {0.6, 0.8, 0};
  slice.column_direction = {-0.8, 0.6, 0};
  slice.position = {10, 20, 30};
  const double before = slice.distance_along_normal();
  for (int axis = 0; axis < 3; ++axis) {
    const auto i = static_cast<std::size_t>(axis);
    slice.position[i] += 7 * slice.row_direction[i] - 3 * slice.column_direction[i];
  }
  EXPECT_NEAR(slice.distance_along_normal(), before, 1e-12);
  slice.position[2] += 8;
  EXPECT_NEAR(slice.distance_along_normal(), before + 8, 1e-12);
}

TEST(PixelSpacing, is_known_only_where_both_sides_are) {
  EXPECT_FALSE(PixelSpacing{}.known());
  EXPECT_FALSE((PixelSpacing{1.5, 0}).known());
  EXPECT_TRUE((PixelSpacing{1.5, 1.4}).known());
}

}  // namespace
}  // namespace heartlab
