#include "heartlab/metrics/interval.h"

#include <gtest/gtest.h>

#include <cmath>

#include "heartlab/core/random.h"

namespace heartlab {
namespace {

TEST(Interval, mean_median_and_quantile_of_known_values) {
  EXPECT_DOUBLE_EQ(mean({1, 2, 6}), 3);
  EXPECT_DOUBLE_EQ(median({6, 1, 2}), 2);
  EXPECT_DOUBLE_EQ(median({4, 1, 2, 3}), 2.5);
  EXPECT_DOUBLE_EQ(quantile({0, 10, 20, 30, 40}, 0.95), 38);
  EXPECT_DOUBLE_EQ(quantile({3}, 0.95), 3);
}

TEST(Interval, of_nothing_is_unknown) {
  EXPECT_TRUE(std::isnan(mean({})));
  EXPECT_TRUE(std::isnan(median({})));
  EXPECT_TRUE(std::isnan(bootstrap_interval({}, 100, 1).low));
}

TEST(Interval, the_bootstrap_comes_near_the_normal_interval_of_the_mean) {
  Generator generator(1);
  std::vector<double> values(400);
  for (auto& value : values) value = 5 + 2 * generator.normal();
  const Interval interval = bootstrap_interval(values, 4000, 7);
  const double half = 1.96 * 2 / std::sqrt(400.0);
  EXPECT_NEAR(interval.low, mean(values) - half, 0.03);
  EXPECT_NEAR(interval.high, mean(values) + half, 0.03);
}

TEST(Interval, the_same_seed_gives_the_same_interval) {
  const std::vector<double> values = {0.1, 0.5, 0.7, 0.9};
  const Interval first = bootstrap_interval(values, 500, 3),
                 again = bootstrap_interval(values, 500, 3);
  EXPECT_EQ(first.low, again.low);
  EXPECT_EQ(first.high, again.high);
}

TEST(Interval, of_equal_values_has_no_width) {
  const Interval interval = bootstrap_interval({0.8, 0.8, 0.8}, 200, 1);
  EXPECT_DOUBLE_EQ(interval.low, 0.8);
  EXPECT_DOUBLE_EQ(interval.high, 0.8);
}

}  // namespace
}  // namespace heartlab
