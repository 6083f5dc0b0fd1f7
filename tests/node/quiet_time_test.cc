#include "heartlab/node/quiet_time.h"

#include <gtest/gtest.h>

namespace heartlab {
namespace {

TEST(QuietTime, a_series_is_complete_when_nothing_came_for_the_quiet_time) {
  QuietTime quiet(10);
  EXPECT_FALSE(quiet.became_complete("a", 1, 100));
  EXPECT_FALSE(quiet.became_complete("a", 1, 109));
  EXPECT_TRUE(quiet.became_complete("a", 1, 110));
}

TEST(QuietTime, every_new_image_starts_the_wait_again) {
  QuietTime quiet(10);
  quiet.became_complete("a", 1, 100);
  EXPECT_FALSE(quiet.became_complete("a", 2, 109));
  EXPECT_FALSE(quiet.became_complete("a", 2, 118));
  EXPECT_TRUE(quiet.became_complete("a", 2, 119));
}

TEST(QuietTime, it_is_said_once_and_again_after_late_images) {
  QuietTime quiet(10);
  quiet.became_complete("a", 1, 0);
  EXPECT_TRUE(quiet.became_complete("a", 1, 10));
  EXPECT_FALSE(quiet.became_complete("a", 1, 1000));
  EXPECT_FALSE(quiet.became_complete("a", 2, 1001));
  EXPECT_TRUE(quiet.became_complete("a", 2, 1011));
}

TEST(QuietTime, series_do_not_wait_for_each_other) {
  QuietTime quiet(10);
  quiet.became_complete("a", 1, 0);
  quiet.became_complete("b", 1, 9);
  EXPECT_TRUE(quiet.became_complete("a", 1, 10));
  EXPECT_FALSE(quiet.became_complete("b", 1, 10));
  EXPECT_EQ(quiet.unsettled(), 1U);
}

}  // namespace
}  // namespace heartlab
