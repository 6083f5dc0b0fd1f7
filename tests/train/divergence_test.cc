#include "heartlab/train/divergence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace heartlab {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(Divergence, guessing_loses_the_logarithm_of_two_and_the_whole_dice_term) {
  TrainOptions options;
  EXPECT_NEAR(chance_loss(options), std::log(2), 1e-12);
  options.dice_weight = 0.5;
  EXPECT_NEAR(chance_loss(options), std::log(2) + 0.5, 1e-12);
  options.network.scales = {0.5, 0.75, 1};  // the fused output and each scale's
  EXPECT_NEAR(chance_loss(options), 4 * (std::log(2) + 0.5), 1e-12);
  options.network.scales = {1};
  options.cross_entropy_weight = options.dice_weight = 0;
  options.focal_weight = 3;  // (1/2)^2 of the logarithm
  EXPECT_NEAR(chance_loss(options), 0.75 * std::log(2), 1e-12);
}

TEST(Divergence, a_run_stops_at_what_is_not_finite_or_far_from_guessing) {
  const TrainOptions options;
  EXPECT_FALSE(why_diverged(0.3, 0.3, 5, options));
  EXPECT_FALSE(why_diverged(100, 6.9, 1e4, options)) << "one bad batch";
  EXPECT_THAT(why_diverged(kNaN, kNaN, kNaN, options).value(), ::testing::HasSubstr("nan"));
  EXPECT_THAT(why_diverged(kInfinity, 1, 1, options).value(), ::testing::HasSubstr("inf"));
  EXPECT_TRUE(why_diverged(2e6, 1, 1, options));
  EXPECT_THAT(why_diverged(0.3, 0.3, kNaN, options).value(), ::testing::HasSubstr("gradient"));
  EXPECT_THAT(why_diverged(8, 7, 1, options).value(), ::testing::HasSubstr("running mean"));
}

TEST(Divergence, the_running_mean_begins_with_the_first_loss) {
  EXPECT_EQ(smoothed(-1, 3), 3);
  EXPECT_NEAR(smoothed(2, 4), 2.1, 1e-12);
}

}  // namespace
}  // namespace heartlab
