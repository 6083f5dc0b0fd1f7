#include <gtest/gtest.h>

#include <set>

#include "heartlab/core/csv.h"
#include "heartlab/core/json.h"
#include "heartlab/measure/study.h"
#include "heartlab/phantom/cohort.h"
#include "tests/measure/fixture.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using Json = nlohmann::ordered_json;

// The volumes of the phantom's shapes from base to apex, by Simpson's rule on a fine grid.
struct Integral {
  double cavity = 0, muscle = 0;  // millilitres
};

Integral integrate(const PhantomPatient& patient, double contraction) {
  constexpr int kSteps = 2000;
  Integral sum;
  for (int i = 0; i < kSteps; ++i) {
    const LeftVentricle left = left_ventricle(patient.heart, (i + 0.5) / kSteps, contraction);
    sum.cavity += left.endocardium.area();
    sum.muscle += left.epicardium.area() - left.endocardium.area();
  }
  const double height = patient.heart.long_axis / kSteps / 1000;
  return {sum.cavity * height, sum.muscle * height};
}

Json measure_cohort(const Path& cohort, const Path& out) {
  MeasureOptions options;
  options.out = out;
  return testing::measure_cohort(cohort, options);
}

class PhantomSeeds : public ::testing::TestWithParam<int> {};

// Shares of the value: of the truth, which sums the same discs, and of the integral.
constexpr double kSame = 0.0002, kIntegral = 0.002, kMassIntegral = 0.015;

// Through the whole way in: DICOM and MATLAB files, paired, sorted, summed.
TEST_P(PhantomSeeds, volumes_and_mass_are_those_of_the_truth_and_near_the_integral) {
  const testing::TemporaryFolder folder;
  PhantomOptions phantom;
  phantom.patients = 4;  // normal, hypertrophic, dilated, normal
  phantom.slices = 10;
  phantom.size = 128;
  phantom.pixel_spacing = 2;
  phantom.dark = 0;
  phantom.seed = static_cast<std::uint64_t>(GetParam());
  phantom.out = folder / "cohort";
  const Json truth = write_phantom(phantom);
  const auto cohort = draw_cohort(phantom);
  const Json found = measure_cohort(phantom.out, folder / "out");
  ASSERT_EQ(found.at("stacks").size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) {
    const Json& values = found.at("stacks")[i].at("measurements");
    const Json& true_values = truth.at("patients")[i];
    const auto near = [](double value, double expected, double bound, const char* what) {
      EXPECT_NEAR(value / expected, 1, bound) << what << ": " << value << " for " << expected;
    };
    const double edv = values.at("LVEDV_ml"), esv = values.at("LVESV_ml");
    near(edv, true_values.at("end_diastolic_volume_ml"), kSame, "EDV");
    near(esv, true_values.at("end_systolic_volume_ml"), kSame, "ESV");
    near(values.at("LVEF_percent"), 100 * true_values.at("ejection_fraction").get<double>(), kSame,
         "EF");
    near(values.at("LVM_g"), 1.05 * true_values.at("myocardial_volume_ml").get<double>(), kSame,
         "mass");
    near(values.at("HR_per_minute"), cohort[i].heart.heart_rate, 0.001, "heart rate");
    const Integral diastole = integrate(cohort[i], 0), systole = integrate(cohort[i], 1);
    near(edv, diastole.cavity, kIntegral, "EDV against the integral");
    near(esv, systole.cavity, kIntegral, "ESV against the integral");
    near(values.at("LVEF_percent"), 100 * (1 - systole.cavity / diastole.cavity), kIntegral,
         "EF, integral");
    near(values.at("LVM_g"), 1.05 * diastole.muscle, kMassIntegral, "mass against the integral");
    EXPECT_TRUE(found.at("stacks")[i].at("remarks").empty());
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, PhantomSeeds, ::testing::Values(1, 2, 3));

TEST(Phantom, end_systole_is_found_in_a_whole_heartbeat) {
  const testing::TemporaryFolder folder;
  PhantomOptions phantom;
  phantom.patients = 1;
  phantom.slices = 6;
  phantom.phases = 10;
  phantom.size = 96;
  phantom.pixel_spacing = 2.5;
  phantom.out = folder / "cohort";
  write_phantom(phantom);
  const Json found = measure_cohort(phantom.out, folder / "out");
  const Json& stack = found.at("stacks").at(0);
  EXPECT_EQ(stack.at("end_diastole_phase"), 1);
  EXPECT_EQ(stack.at("end_systole_phase"), draw_cohort(phantom)[0].end_systole() + 1);
  EXPECT_EQ(read_number_table(folder / "out/volumes.csv").rows.size(), 10U);
}

}  // namespace
}  // namespace heartlab
