#include "heartlab/phantom/shape.h"

#include <gtest/gtest.h>

#include <numbers>

#include "heartlab/core/random.h"

namespace heartlab {
namespace {

using std::numbers::pi;

FourierShape random_shape(Generator& generator) {
  FourierShape shape;
  shape.centre = {generator.uniform(-9, 9), generator.uniform(-9, 9)};
  shape.mean = generator.uniform(8, 40);
  for (int k = 1; k <= FourierShape::kHarmonics; ++k) {
    shape.add_harmonic(k, shape.mean * generator.uniform(0, 0.1), generator.uniform(0, 2 * pi));
  }
  return shape;
}

TEST(FourierShape, the_closed_form_equals_the_area_of_a_fine_polygon) {
  Generator generator(3);
  for (int i = 0; i < 20; ++i) {
    const FourierShape shape = random_shape(generator);
    EXPECT_NEAR(area(shape.contour(4000)), shape.area(), 2e-5 * shape.area());
  }
}

TEST(FourierShape, a_circle_has_the_area_of_a_circle) {
  FourierShape circle;
  circle.mean = 10;
  EXPECT_DOUBLE_EQ(circle.area(), 100 * pi);
}

TEST(FourierShape, scaling_by_a_factor_scales_the_area_by_its_square) {
  Generator generator(4);
  const FourierShape shape = random_shape(generator);
  EXPECT_NEAR(shape.scaled(0.6).area(), 0.36 * shape.area(), 1e-9);
}

TEST(FourierShape, adding_radii_adds_them_at_every_angle) {
  Generator generator(5);
  const FourierShape inner = random_shape(generator);
  const FourierShape wall = random_shape(generator);
  const FourierShape outer = inner + wall;
  for (double theta = 0; theta < 2 * pi; theta += 0.1) {
    EXPECT_NEAR(outer.radius(theta), inner.radius(theta) + wall.radius(theta), 1e-9);
  }
}

TEST(FourierShape, mixing_starts_at_one_shape_and_ends_at_the_other) {
  Generator generator(6);
  const FourierShape from = random_shape(generator);
  const FourierShape to = random_shape(generator);
  EXPECT_NEAR(mix(from, to, 0).area(), from.area(), 1e-9);
  EXPECT_NEAR(mix(from, to, 1).area(), to.area(), 1e-9);
  EXPECT_NEAR(mix(from, to, 1).centre.x, to.centre.x, 1e-12);
}

}  // namespace
}  // namespace heartlab
