#include "heartlab/core/progress.h"

#include <gtest/gtest.h>

namespace heartlab {
namespace {

TEST(Progress, clock_time_shows_hours_only_where_there_are_any) {
  EXPECT_EQ(clock_time(0), "0:00");
  EXPECT_EQ(clock_time(7.4), "0:07");
  EXPECT_EQ(clock_time(59.6), "1:00");
  EXPECT_EQ(clock_time(127), "2:07");
  EXPECT_EQ(clock_time(3599), "59:59");
  EXPECT_EQ(clock_time(3727), "1:02:07");
  EXPECT_EQ(clock_time(360000), "100:00:00");
  EXPECT_EQ(clock_time(-5), "0:00");
}

}  // namespace
}  // namespace heartlab
