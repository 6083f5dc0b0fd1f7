#include "heartlab/node/backoff.h"

#include <gtest/gtest.h>

namespace heartlab {
namespace {

TEST(Backoff, every_failure_doubles_the_wait_until_the_cap) {
  EXPECT_EQ(backoff_seconds(0, 5, 600), 0);
  EXPECT_EQ(backoff_seconds(1, 5, 600), 5);
  EXPECT_EQ(backoff_seconds(2, 5, 600), 10);
  EXPECT_EQ(backoff_seconds(7, 5, 600), 320);
  EXPECT_EQ(backoff_seconds(8, 5, 600), 600);
}

TEST(Backoff, a_million_failures_wait_as_long_as_the_cap) {
  EXPECT_EQ(backoff_seconds(1000000, 0.1, 600), 600);
}

}  // namespace
}  // namespace heartlab
