#include "heartlab/phantom/heart.h"

#include <gtest/gtest.h>

#include <functional>
#include <numbers>

namespace heartlab {
namespace {

using std::numbers::pi;

constexpr HeartKind kKinds[] = {HeartKind::kNormal, HeartKind::kHypertrophic, HeartKind::kDilated};

// Calls `check` with many hearts of every kind.
void for_hearts(const std::function<void(const HeartParameters&)>& check) {
  Generator generator(11);
  for (int i = 0; i < 60; ++i) check(draw_heart(kKinds[i % 3], generator));
}

TEST(Heart, the_wall_is_thicker_than_a_millimetre_everywhere) {
  for_hearts([](const HeartParameters& heart) {
    for (const double depth : {0.0, 0.3, 0.6, 0.94}) {
      for (const double contraction : {0.0, 0.5, 1.0}) {
        const LeftVentricle left = left_ventricle(heart, depth, contraction);
        for (double theta = 0; theta < 2 * pi; theta += 0.05) {
          EXPECT_GT(left.epicardium.radius(theta) - left.endocardium.radius(theta), 1.0);
          EXPECT_GT(left.endocardium.radius(theta), 1.0);
        }
      }
    }
  });
}

TEST(Heart, the_cavity_shrinks_and_the_wall_thickens_towards_end_systole) {
  for_hearts([](const HeartParameters& heart) {
    const LeftVentricle diastole = left_ventricle(heart, 0.5, 0);
    const LeftVentricle systole = left_ventricle(heart, 0.5, 1);
    EXPECT_LT(systole.endocardium.area(), diastole.endocardium.area());
    EXPECT_GT(systole.epicardium.mean - systole.endocardium.mean,
              diastole.epicardium.mean - diastole.endocardium.mean);
  });
}

TEST(Heart, slices_near_the_apex_are_smaller_than_those_near_the_base) {
  for_hearts([](const HeartParameters& heart) {
    double last = left_ventricle(heart, 0.25, 0).endocardium.area();
    for (double depth = 0.3; depth < 0.96; depth += 0.05) {
      const double now = left_ventricle(heart, depth, 0).endocardium.area();
      EXPECT_LT(now, last);
      last = now;
    }
  });
}

TEST(Heart, a_hypertrophic_wall_is_thicker_and_a_dilated_cavity_larger_than_a_normal_one) {
  Generator generator(12);
  for (int i = 0; i < 20; ++i) {
    const HeartParameters normal = draw_heart(HeartKind::kNormal, generator);
    const HeartParameters thick = draw_heart(HeartKind::kHypertrophic, generator);
    const HeartParameters wide = draw_heart(HeartKind::kDilated, generator);
    EXPECT_GT(thick.wall_thickness, normal.wall_thickness);
    EXPECT_GT(wide.cavity_radius, normal.cavity_radius);
    EXPECT_LT(wide.ejection_fraction, normal.ejection_fraction);
  }
}

TEST(Heart, the_right_ventricle_ends_before_the_apex) {
  for_hearts([](const HeartParameters& heart) {
    EXPECT_TRUE(right_ventricle(heart, 0.2, 0).has_value());
    EXPECT_FALSE(right_ventricle(heart, 0.95, 0).has_value());
  });
}

}  // namespace
}  // namespace heartlab
