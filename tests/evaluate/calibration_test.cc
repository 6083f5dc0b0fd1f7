#include "heartlab/evaluate/calibration.h"

#include <gtest/gtest.h>

#include <cmath>

#include "heartlab/core/random.h"
#include "tests/support/fake_model.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using testing::disc_sample;
using testing::expect_error;
using testing::TemporaryFolder;

// Masks of patients P0, P1, ... whose Dice follows a known law.
std::vector<JudgedMask> masks_of_a_law(const Confidence& law, int patients, int images) {
  Generator random(7);
  std::vector<JudgedMask> masks;
  for (int patient = 0; patient < patients; ++patient) {
    for (int image = 0; image < images; ++image) {
      const MaskEvidence evidence{0.6 + 0.39 * random.uniform(), 20 + 4000 * random.uniform()};
      masks.push_back({"P" + std::to_string(patient), evidence, law.expected_dice(evidence)});
    }
  }
  return masks;
}

TEST(Calibration, a_fit_finds_the_law_that_the_dice_follows) {
  const Confidence law{-2.5, 0.6, 0.35, {}};
  const Confidence found = fit_confidence(masks_of_a_law(law, 40, 50));
  EXPECT_NEAR(found.intercept, law.intercept, 0.1);
  EXPECT_NEAR(found.slope, law.slope, 0.05);
  EXPECT_NEAR(found.area_slope, law.area_slope, 0.05);
}

TEST(Calibration, confidences_that_keep_their_word_have_no_error) {
  const Reliability kept = reliability({{0.25, 0.5}, {0.25, 0}, {0.91, 0.95}, {0.93, 0.89}});
  EXPECT_NEAR(kept.expected_calibration_error, 0, 1e-12);
  EXPECT_EQ(kept.bins[2].images, 2);
  EXPECT_DOUBLE_EQ(kept.bins[9].dice, 0.92);
}

TEST(Calibration, the_error_is_the_mean_distance_weighted_by_images) {
  const Reliability kept = reliability({{0.95, 0.55}, {0.95, 0.55}, {0.95, 0.55}, {0.15, 0.15}});
  EXPECT_NEAR(kept.expected_calibration_error, 0.75 * 0.4, 1e-12);
}

TEST(Calibration, a_confidence_of_one_falls_into_the_last_bin) {
  EXPECT_EQ(reliability({{1, 1}}).bins.back().images, 1);
}

TEST(Calibration, no_patient_is_judged_by_a_fit_that_knew_it) {
  // Were the odd patient in its own fit, its forecasts would lie nearer to its Dice.
  auto masks = masks_of_a_law({0, 1, 0, {}}, 3, 20);
  for (auto& mask : masks) {
    if (mask.patient == "P2") mask.dice = 0.1;
  }
  const auto forecasts = cross_validated(masks);
  ASSERT_EQ(forecasts.size(), masks.size());
  for (std::size_t i = 40; i < 60; ++i) {
    EXPECT_DOUBLE_EQ(forecasts[i].dice, 0.1);
    EXPECT_NEAR(forecasts[i].confidence, masks[i].evidence.soft_dice, 0.05);
  }
}

TEST(Calibration, equal_masks_give_finite_coefficients) {
  const std::vector<JudgedMask> masks(5, {"P", {1, 100}, 1});
  const Confidence confidence = fit_confidence(masks);
  EXPECT_TRUE(std::isfinite(confidence.intercept));
  EXPECT_TRUE(std::isfinite(confidence.slope));
  EXPECT_TRUE(std::isfinite(confidence.area_slope));
  EXPECT_GT(confidence.expected_dice({1, 100}), 0.9);
}

class Calibrating : public ::testing::Test {
 protected:
  CalibrationSummary run(int patients, const std::vector<Path>& with = {}) {
    std::vector<PackedSample> samples;
    for (int i = 0; i < patients; ++i) {
      const testing::Disc shown{30, 34, 12.0 - i}, truth{30, 36, 12.0 - i};
      samples.push_back(
          disc_sample("P" + std::to_string(i), "1", "validation", kSide, shown, truth));
    }
    testing::write_dataset(folder_ / "data", "cavity", samples);
    CalibrateOptions options;
    options.model = testing::write_model(folder_ / "model.safetensors", "cavity", kSide);
    options.data = folder_ / "data";
    options.out = folder_ / "calibrated.safetensors";
    options.engine.with = with;
    Segmenter segmenter = testing::threshold_segmenter(folder_.path(), "cavity", kSide);
    const Dataset dataset(options.data);
    return calibrate(segmenter, dataset, options);
  }

  static constexpr int kSide = 64;
  TemporaryFolder folder_;
};

TEST_F(Calibrating, the_model_file_carries_the_confidence_to_every_image) {
  const CalibrationSummary summary = run(4);
  EXPECT_EQ(summary.patients, 4);
  EXPECT_EQ(summary.calibrated.images, 4);
  const ModelFile model(folder_ / "calibrated.safetensors");
  ASSERT_TRUE(model.description().confidence);
  EXPECT_EQ(model.description().confidence->patients().size(), 4U);
  const Segmenter segmenter(model, std::make_unique<testing::ThresholdEngine>(128));
  const auto drawn = segmenter.segment(testing::disc_image(kSide, kSide, {30, 34, 11}));
  ASSERT_TRUE(drawn.confidence);
  EXPECT_DOUBLE_EQ(*drawn.confidence,
                   model.description().confidence->expected_dice(*drawn.evidence));
}

TEST_F(Calibrating, an_image_on_which_nothing_was_drawn_has_no_confidence) {
  run(3);
  const Segmenter segmenter(ModelFile(folder_ / "calibrated.safetensors"),
                            std::make_unique<testing::ThresholdEngine>(255));
  EXPECT_FALSE(segmenter.segment(testing::disc_image(kSide, kSide, {30, 34, 11})).confidence);
}

TEST_F(Calibrating, the_model_file_says_with_what_options) {
  run(3);
  const auto report =
      ModelFile(folder_ / "calibrated.safetensors").description().confidence->report;
  const auto conditions = conditions_of(1, {});
  for (const auto& [key, value] : conditions.items()) EXPECT_EQ(report.at(key), value) << key;
}

TEST_F(Calibrating, several_networks_at_once_are_refused) {
  expect_error(ErrorKind::kUsage, {"--with", "one model"},
               [&] { run(3, {folder_ / "other.safetensors"}); });
  EXPECT_FALSE(std::filesystem::exists(folder_ / "calibrated.safetensors"));
}

TEST(Calibration, coefficients_that_are_no_numbers_cannot_be_written) {
  const Confidence wrong{std::nan(""), 1, 0, {}};
  expect_error(ErrorKind::kBadInput, {"m.safetensors", "intercept"},
               [&] { Confidence::from_json(wrong.to_json(), "m.safetensors"); });
}

TEST_F(Calibrating, too_few_patients_are_refused_and_nothing_is_written) {
  expect_error(ErrorKind::kBadInput, {"2 patients", "needs 3", "validation"}, [&] { run(2); });
  EXPECT_FALSE(std::filesystem::exists(folder_ / "calibrated.safetensors"));
}

}  // namespace
}  // namespace heartlab
