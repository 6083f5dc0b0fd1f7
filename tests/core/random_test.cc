#include "heartlab/core/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace heartlab {
namespace {

TEST(Generator, the_same_seed_gives_the_same_numbers_and_another_seed_others) {
  Generator a(7), b(7), c(8);
  for (int i = 0; i < 100; ++i) {
    const auto value = a.next();
    EXPECT_EQ(value, b.next());
    EXPECT_NE(value, c.next());
  }
}

TEST(Generator, gives_the_numbers_of_the_published_algorithms) {
  // xoshiro256** from the state that splitmix64 makes of 0, as another program computes them.
  Generator generator(0);
  EXPECT_EQ(generator.next(), 11091344671253066420U);
  EXPECT_EQ(generator.next(), 13793997310169335082U);
  EXPECT_EQ(generator.next(), 1900383378846508768U);
  EXPECT_EQ(generator.next(), 7684712102626143532U);
}

TEST(Generator, forks_are_repeatable_and_differ_from_each_other_and_from_their_source) {
  const Generator source(5);
  std::set<std::uint64_t> firsts = {Generator(source).next()};
  for (std::uint64_t index = 0; index < 1000; ++index) {
    EXPECT_TRUE(firsts.insert(source.fork(index).next()).second);
    EXPECT_EQ(source.fork(index).next(), source.fork(index).next());
  }
}

TEST(Generator, uniform_and_below_stay_in_range_and_fill_it_evenly) {
  Generator generator(9);
  double sum = 0;
  std::vector<int> counts(7);
  for (int i = 0; i < 70000; ++i) {
    const double value = generator.uniform(-1, 3);
    ASSERT_GE(value, -1);
    ASSERT_LT(value, 3);
    sum += value;
    ++counts[generator.below(7)];
  }
  EXPECT_NEAR(sum / 70000, 1, 0.02);
  for (const int count : counts) EXPECT_NEAR(count, 10000, 400);
}

TEST(Generator, normal_has_mean_zero_and_deviation_one) {
  Generator generator(10);
  double sum = 0, squares = 0;
  for (int i = 0; i < 100000; ++i) {
    const double value = generator.normal();
    ASSERT_TRUE(std::isfinite(value));
    sum += value;
    squares += value * value;
  }
  EXPECT_NEAR(sum / 100000, 0, 0.02);
  EXPECT_NEAR(squares / 100000, 1, 0.02);
}

TEST(Generator, shuffling_keeps_the_items_and_reaches_every_order) {
  Generator generator(11);
  std::set<std::vector<int>> orders;
  for (int i = 0; i < 500; ++i) {
    std::vector<int> items = {1, 2, 3, 4};
    generator.shuffle(items);
    orders.insert(items);
    std::sort(items.begin(), items.end());
    ASSERT_EQ(items, (std::vector<int>{1, 2, 3, 4}));
  }
  EXPECT_EQ(orders.size(), 24U);
}

}  // namespace
}  // namespace heartlab
