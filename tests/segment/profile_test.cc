#include "heartlab/segment/profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace heartlab {
namespace {

using ::testing::HasSubstr;

Profile example() {
  Profile profile;
  profile.runs = 2;
  profile.seconds = 0.05;
  profile.operations = {{"first", "1x1, 4 to 4", "gemm", 1e9, 0.01},
                        {"second", "3x3, 4 to 4", "jit", 2e9, 0.03},
                        {"resize", "", "jit", 0, 0.00005}};
  return profile;
}

TEST(Profile, sums_work_and_time) {
  const Profile profile = example();
  EXPECT_DOUBLE_EQ(profile.macs(), 3e9);
  EXPECT_NEAR(profile.seconds_in_operations(), 0.04005, 1e-12);
}

TEST(Profile, shows_the_slowest_operation_first_and_the_quick_ones_as_a_sum) {
  const std::string table = profile_table(example());
  EXPECT_LT(table.find("second"), table.find("first"));
  EXPECT_EQ(table.find("resize"), std::string::npos);
  EXPECT_THAT(table, HasSubstr("1 others"));
  EXPECT_THAT(table, HasSubstr("   30.000   60.0    2.000       67  second"));
  EXPECT_THAT(table, HasSubstr("   50.000  100.0    3.000       60  the whole, median of 2 runs"));
}

TEST(Profile, of_no_run_says_so) { EXPECT_EQ(profile_table({}), "nothing was computed\n"); }

}  // namespace
}  // namespace heartlab
