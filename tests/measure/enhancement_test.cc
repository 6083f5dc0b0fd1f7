#include <gmock/gmock.h>

#include "heartlab/core/json.h"
#include "heartlab/measure/study.h"
#include "heartlab/phantom/cohort.h"
#include "tests/measure/fixture.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using Json = nlohmann::ordered_json;

PhantomOptions scarred(double share, const Path& out) {
  PhantomOptions options;
  options.patients = 3;
  options.slices = 8;
  options.size = 192;
  options.pixel_spacing = 1.4;
  options.dark = 0;
  options.seed = 11;
  options.scar = share;
  options.out = out;
  return options;
}

Json measure_scars(const Path& cohort, const Path& out, const std::string& remote = "auto") {
  MeasureOptions options;
  options.late_enhancement = true;
  options.remote = remote;
  options.out = out;
  return testing::measure_cohort(cohort, options);
}

class ScarShares : public ::testing::TestWithParam<double> {};

// With noise as clinical pictures have it, so that 5 standard deviations are near half the maximum.
TEST_P(ScarShares, scars_of_known_size_are_found) {
  const testing::TemporaryFolder folder;
  auto options = scarred(GetParam(), folder / "cohort");
  options.noise = 0.06;
  const Json truth = write_phantom(options);
  const Json found = measure_scars(folder / "cohort", folder / "out");
  for (std::size_t i = 0; i < 3; ++i) {
    const Json& scar = truth.at("patients")[i].at("scar");
    const Json& values = found.at("stacks")[i].at("late_enhancement");
    const double share = scar.at("share_of_myocardium");
    EXPECT_NEAR(share, GetParam(), 1e-6);
    EXPECT_NEAR(values.at("half_maximum_percent").get<double>() / (100 * share), 1, 0.06) << i;
    // This threshold is low: it takes what scar blurs into, and leaves out the wall's rims.
    EXPECT_NEAR(values.at("deviations_percent").get<double>() / (100 * share), 1.15, 0.2) << i;
    EXPECT_NEAR(
        values.at("half_maximum_g").get<double>() / (1.05 * scar.at("volume_ml").get<double>()), 1,
        0.06)
        << i;
    EXPECT_THAT(values.at("slices")[0].at("remote").get<std::string>(),
                ::testing::HasSubstr("degrees"));
  }
}

INSTANTIATE_TEST_SUITE_P(Shares, ScarShares, ::testing::Values(0.1, 0.3));

TEST(Enhancement, muscle_without_a_scar_is_hardly_enhanced) {
  const testing::TemporaryFolder folder;
  auto options = scarred(1e-9, folder / "cohort");
  options.patients = 1;
  write_phantom(options);
  const Json found = measure_scars(folder / "cohort", folder / "out");
  EXPECT_LT(found.at("stacks")[0].at("late_enhancement").at("deviations_percent"), 3.0);
}

TEST(Enhancement, a_remote_region_can_be_given_and_is_stated) {
  const testing::TemporaryFolder folder;
  auto options = scarred(0.1, folder / "cohort");
  options.patients = 1;
  write_phantom(options);
  const Json found = measure_scars(folder / "cohort", folder / "out", "170-250");
  const Json& values = found.at("stacks")[0].at("late_enhancement");
  EXPECT_EQ(values.at("slices")[0].at("remote"), "degrees 170 to 250");
  EXPECT_TRUE(std::filesystem::exists(folder / "out/enhanced/slice_01_mask.png"));
  EXPECT_TRUE(std::filesystem::exists(folder / "out/late_enhancement.png"));
}

TEST(Enhancement, a_remote_region_that_is_none_is_an_error) {
  const testing::TemporaryFolder folder;
  auto options = scarred(0.1, folder / "cohort");
  options.patients = 1;
  write_phantom(options);
  testing::expect_error(ErrorKind::kUsage, {"--remote", "'17'"},
                        [&] { measure_scars(folder / "cohort", folder / "out", "17"); });
  EXPECT_FALSE(std::filesystem::exists(folder / "out"));
}

TEST(Enhancement, a_remote_segment_without_an_insertion_is_refused_with_the_reason) {
  const testing::TemporaryFolder folder;
  auto options = scarred(0.1, folder / "cohort");
  options.patients = 1;
  write_phantom(options);
  const Json found = measure_scars(folder / "cohort", folder / "out", "9");
  EXPECT_THAT(found.at("stacks")[0].at("late_enhancement").at("refused").get<std::string>(),
              ::testing::HasSubstr("--rv-insertion"));
}

}  // namespace
}  // namespace heartlab
