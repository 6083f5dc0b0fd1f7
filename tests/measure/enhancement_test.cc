#include <gmock/gmock.h>

#include <cmath>
#include <numbers>

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

// What the first threshold takes too much is a rim that scar blurs into, about as wide in pixels
// whatever their size: half the pixel, half the excess.
TEST(Enhancement, the_excess_by_deviations_is_a_rim_of_the_scar) {
  const testing::TemporaryFolder folder;
  std::vector<double> excess;
  for (const int fine : {1, 2}) {
    auto options = scarred(0.15, folder / "cohort");
    options.patients = 1;
    options.slices = 4;
    options.size *= fine;
    options.pixel_spacing /= fine;
    const Path cohort = folder / std::to_string(fine);
    options.out = cohort;
    write_phantom(options);
    const Json found = measure_scars(cohort, folder / "out").at("stacks")[0];
    const double share = found.at("late_enhancement").at("deviations_percent");
    excess.push_back(share / 15 - 1);
  }
  EXPECT_GT(excess[0], 0.1);
  EXPECT_NEAR(excess[1] / excess[0], 0.5, 0.15);
}

TEST(Enhancement, muscle_without_a_scar_is_hardly_enhanced) {
  const testing::TemporaryFolder folder;
  auto options = scarred(1e-9, folder / "cohort");
  options.patients = 1;
  write_phantom(options);
  const Json found = measure_scars(folder / "cohort", folder / "out");
  const Json& stack = found.at("stacks")[0];
  EXPECT_LT(stack.at("late_enhancement").at("deviations_percent"), 3.0);
  EXPECT_TRUE(stack.at("late_enhancement").at("half_maximum_percent").is_null());
  EXPECT_THAT(stack.at("refused").at("LGE_FWHM_percent").get<std::string>(),
              ::testing::HasSubstr("does not lie above the remote muscle"));
}

// One phase of slices of a ring, with values by its angle in degrees from -180 to 180.
Enhancement ring_of(int slices, const std::function<double(double angle, int pixel)>& value) {
  std::vector<StackImage> images;
  for (int s = 0; s < slices; ++s) images.push_back(testing::disc_slice(10.0 * s, 0, s, {20, 30}));
  StackOptions options;
  options.volumes.end_diastole = 0;
  const auto measured = measure_stack(images, options);
  return enhancement_of(images, measured.layout, measured.volumes, {}, {}, [&](int) {
    Image grey(128, 128);
    for (int i = 0; i < 128 * 128; ++i) {
      const double angle = std::atan2(i / 128 - 64, i % 128 - 64) * 180 / std::numbers::pi;
      grey.at(i / 128, i % 128) = static_cast<float>(value(angle, i));
    }
    return grey;
  });
}

// Remote muscle of mean 100 and standard deviation 3.
double grain(int pixel) { return pixel % 2 == 0 ? 97 : 103; }

TEST(Enhancement, one_slice_alone_has_a_share_but_no_mass) {
  const auto quarter = [](double angle, int pixel) {
    return grain(pixel) + (angle > 0 && angle < 90 ? 400 : 0);
  };
  const Enhancement found = ring_of(1, quarter);
  EXPECT_NEAR(found.half_maximum_percent.value.value(), 25, 1);
  EXPECT_NEAR(found.deviations_percent.value.value(), 25, 1);
  EXPECT_FALSE(found.half_maximum_mass.value);
  const Enhancement three = ring_of(3, quarter);
  EXPECT_NEAR(*found.half_maximum_percent.value, three.half_maximum_percent.value.value(), 1e-9);
  // What stands beside the figures in the report.
  EXPECT_TRUE(testing::names(
      three.remarks, {"more than 5 standard deviations", "slice 1: degrees", "slice 3: degrees"}));
}

TEST(Enhancement, one_slice_alone_is_printed) {
  const testing::TemporaryFolder folder;
  auto phantom = scarred(0.3, folder / "cohort");
  phantom.patients = phantom.slices = 1;
  write_phantom(phantom);
  MeasureOptions options;
  options.late_enhancement = true;
  options.end_diastole = 1;
  options.out = folder / "out";
  const Json stack = testing::measure_cohort(folder / "cohort", options).at("stacks")[0];
  EXPECT_NEAR(stack.at("late_enhancement").at("half_maximum_percent").get<double>(), 30, 3);
  EXPECT_TRUE(stack.at("measurements").at("LVEDV_ml").is_null());
  EXPECT_TRUE(std::filesystem::exists(folder / "out/late_enhancement.png"));
}

TEST(Enhancement, half_of_a_maximum_that_is_no_scar_is_refused_with_the_reason) {
  const Enhancement found =
      ring_of(3, [](double, int pixel) { return pixel % 101 == 0 ? 120 : grain(pixel); });
  EXPECT_NEAR(found.half_maximum, 60, 1);
  EXPECT_FALSE(found.half_maximum_percent.value);
  EXPECT_FALSE(found.half_maximum_mass.value);
  EXPECT_THAT(found.half_maximum_percent.refused, ::testing::HasSubstr("remote muscle of slice"));
  EXPECT_EQ(count_set(found.slices[0].by_half_maximum), 0);
  EXPECT_NEAR(found.deviations_percent.value.value(), 1, 0.5);
}

// Of one patient, with this remote region.
Json late_enhancement(const Path& folder, const std::string& remote) {
  auto options = scarred(0.1, folder / "cohort");
  options.patients = 1;
  write_phantom(options);
  return measure_scars(folder / "cohort", folder / "out", remote)
      .at("stacks")[0]
      .at("late_enhancement");
}

TEST(Enhancement, a_remote_region_can_be_given_and_is_stated) {
  const testing::TemporaryFolder folder;
  const Json values = late_enhancement(folder.path(), "170-250");
  EXPECT_EQ(values.at("slices")[0].at("remote"), "degrees 170 to 250");
  EXPECT_TRUE(std::filesystem::exists(folder / "out/enhanced/slice_01_mask.png"));
  EXPECT_TRUE(std::filesystem::exists(folder / "out/late_enhancement.png"));
  EXPECT_THAT(read_text(folder / "out/sr.dcm"), ::testing::HasSubstr("LGE_FWHM_percent"));
}

TEST(Enhancement, a_remote_region_may_be_all_around) {
  const testing::TemporaryFolder folder;
  const Json values = late_enhancement(folder.path(), "0-360");
  EXPECT_EQ(values.at("slices")[0].at("remote"), "degrees 0 to 360");
  EXPECT_FALSE(values.contains("refused"));
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
  EXPECT_THAT(late_enhancement(folder.path(), "9").at("refused").get<std::string>(),
              ::testing::HasSubstr("--rv-insertion"));
}

}  // namespace
}  // namespace heartlab
