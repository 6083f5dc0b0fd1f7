#include "heartlab/evaluate/measures.h"

#include <gmock/gmock.h>

#include <cmath>

#include "tests/support/fake_model.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using testing::disc_sample;
using ::testing::DoubleNear;
using testing::TemporaryFolder;
using testing::threshold_segmenter;

class Measures : public ::testing::Test {
 protected:
  static constexpr int kSide = 64;
  inline static const testing::Disc kHeart{30, 34, 12};
  inline static const testing::Disc kShifted{30, 38, 12};
  inline static const testing::Disc kNothing{};

  Evaluation run(const std::vector<PackedSample>& samples, const std::string& subset = "test") {
    testing::write_dataset(folder_ / "data", "cavity", samples);
    Segmenter segmenter = threshold_segmenter(folder_.path(), "cavity", kSide);
    const Dataset dataset(folder_ / "data");
    return evaluate(segmenter, dataset, subset);
  }

  TemporaryFolder folder_;
};

TEST_F(Measures, a_perfect_prediction_scores_one_everywhere) {
  const auto evaluation = run({disc_sample("P1", "1", "test", kSide, kHeart, kHeart)});
  const Figures all = figures(evaluation, Selection::kAll);
  EXPECT_EQ(all.images, 1);
  EXPECT_EQ(all.missed, 0);
  EXPECT_DOUBLE_EQ(all.pixel_accuracy, 1);
  EXPECT_DOUBLE_EQ(all.mean_iou, 1);
  EXPECT_DOUBLE_EQ(all.classes[0].dice, 1);
  EXPECT_DOUBLE_EQ(all.dice_patient_mean, 1);
  EXPECT_DOUBLE_EQ(all.assd_px.mean, 0);
}

PackedSample with_spacing(PackedSample sample, double millimetres) {
  sample.sample.spacing = {millimetres, millimetres};
  return sample;
}

TEST_F(Measures, the_challenge_counts_the_share_of_good_contours_and_averages_them_alone) {
  const testing::Disc far{30, 54, 12};
  const auto evaluation =
      run({with_spacing(disc_sample("P1", "1", "test", kSide, kHeart, kHeart), 1),
           with_spacing(disc_sample("P1", "2", "test", kSide, kShifted, kHeart), 1),
           with_spacing(disc_sample("P1", "3", "test", kSide, far, kHeart), 1),
           with_spacing(disc_sample("P1", "4", "test", kSide, kNothing, kHeart), 1),
           disc_sample("P1", "5", "test", kSide, kHeart, kHeart)});
  const ChallengeFigures found = figures(evaluation, Selection::kAll).challenge;
  EXPECT_EQ(found.contours, 4);
  EXPECT_EQ(found.good, 2);
  const auto& records = evaluation.records;
  EXPECT_DOUBLE_EQ(found.dice, (1 + records[1].dice) / 2);
  // A disc moved by 4 pixels: on average 2/pi of that from the other's edge.
  EXPECT_NEAR(2 * found.distance_mm, 4 * 2 / 3.14159, 0.35);
  EXPECT_GE(records[2].millimetres->to_truth, ChallengeFigures::kGood);
}

TEST_F(Measures, without_spacing_there_is_no_score_of_the_challenge) {
  const auto evaluation = run({disc_sample("P1", "1", "test", kSide, kHeart, kHeart)});
  EXPECT_FALSE(metrics_json(evaluation).contains("challenge2009"));
}

TEST_F(Measures, images_with_partial_labels_are_not_judged) {
  auto partial = disc_sample("P1", "2", "train", kSide, kHeart, kNothing);
  partial.sample.partial = true;
  const auto evaluation =
      run({disc_sample("P1", "1", "train", kSide, kHeart, kHeart), partial}, "train");
  ASSERT_EQ(evaluation.records.size(), 1U);
  EXPECT_EQ(evaluation.records[0].stem, "1");
}

TEST_F(Measures, a_missed_image_counts_as_dice_zero_and_leaves_with_the_missed_ones) {
  const auto evaluation = run({disc_sample("P1", "1", "test", kSide, kHeart, kHeart),
                               disc_sample("P1", "2", "test", kSide, kNothing, kHeart)});
  const Figures all = figures(evaluation, Selection::kAll);
  EXPECT_EQ(all.missed, 1);
  EXPECT_DOUBLE_EQ(all.dice_image_mean, 0.5);
  EXPECT_EQ(all.hd95_px.images, 1);
  EXPECT_THAT(all.classes[0].dice, DoubleNear(2.0 / 3, 1e-9));
  const Figures drawn = figures(evaluation, Selection::kWithoutMissed);
  EXPECT_EQ(drawn.images, 1);
  EXPECT_EQ(drawn.missed, 0);
  EXPECT_DOUBLE_EQ(drawn.dice_image_mean, 1);
  EXPECT_FALSE(evaluation.records[1].pixels.has_value());
}

TEST_F(Measures, nothing_drawn_where_nothing_is_scores_one_and_is_not_missed) {
  const auto evaluation = run({disc_sample("P1", "1", "test", kSide, kNothing, kNothing),
                               disc_sample("P1", "2", "test", kSide, kHeart, kNothing)});
  EXPECT_FALSE(evaluation.records[0].missed);
  EXPECT_DOUBLE_EQ(evaluation.records[0].dice, 1);
  EXPECT_DOUBLE_EQ(evaluation.records[1].dice, 0);
  EXPECT_EQ(figures(evaluation, Selection::kAll).empty_truth, 2);
}

TEST_F(Measures, a_patient_with_many_images_counts_once_in_the_mean_over_patients) {
  const auto evaluation = run({disc_sample("P1", "1", "test", kSide, kHeart, kHeart),
                               disc_sample("P1", "2", "test", kSide, kHeart, kHeart),
                               disc_sample("P1", "3", "test", kSide, kHeart, kHeart),
                               disc_sample("P2", "1", "test", kSide, kNothing, kHeart)});
  const Figures all = figures(evaluation, Selection::kAll);
  EXPECT_EQ(all.patients, 2);
  EXPECT_DOUBLE_EQ(all.dice_image_mean, 0.75);
  EXPECT_DOUBLE_EQ(all.dice_patient_mean, 0.5);
  EXPECT_LE(all.dice_patient_ci95.low, all.dice_patient_mean);
  EXPECT_GE(all.dice_patient_ci95.high, all.dice_patient_mean);
  const auto patients = figures_by_patient(evaluation);
  ASSERT_EQ(patients.size(), 2U);
  EXPECT_EQ(patients[0].patient, "P2");
  EXPECT_EQ(patients[1].records.size(), 3U);
}

TEST_F(Measures, pixels_that_are_not_to_be_judged_change_nothing) {
  auto sample = disc_sample("P1", "1", "test", kSide, kShifted, kHeart);
  const double judged = run({sample}).records[0].dice;
  for (int row = 0; row < 4; ++row) {
    for (int column = 0; column < kSide; ++column) {
      sample.label.at(row, column) = kIgnoredClass;
      sample.image.at(row, column) = 255;
    }
  }
  const auto record = run({sample}).records[0];
  EXPECT_DOUBLE_EQ(record.dice, judged);
  EXPECT_EQ(record.prediction.at(0, 0), 0);
}

TEST_F(Measures, distances_are_in_millimetres_only_where_the_spacing_is_known) {
  auto sample = disc_sample("P1", "1", "test", kSide, kShifted, kHeart);
  const auto without = run({sample});
  EXPECT_FALSE(without.records[0].millimetres.has_value());
  ASSERT_TRUE(without.records[0].pixels.has_value());
  sample.sample.spacing = {1.5, 1.5};
  const auto with = run({sample});
  ASSERT_TRUE(with.records[0].millimetres.has_value());
  EXPECT_NEAR(with.records[0].millimetres->average, 1.5 * with.records[0].pixels->average, 1e-5);
  EXPECT_TRUE(metrics_json(without)["classes"][0]["hd95_mm"].is_null());
  EXPECT_TRUE(metrics_json(with)["classes"][0]["hd95_mm"].is_number());
}

TEST_F(Measures, pixel_distances_are_in_pixels_of_the_source_whatever_the_square) {
  auto sample = disc_sample("P1", "1", "test", kSide, kShifted, kHeart);
  const double same = run({sample}).records[0].pixels->average;
  sample.sample.rows = sample.sample.columns = 2 * kSide;
  EXPECT_NEAR(run({sample}).records[0].pixels->average, 2 * same, 1e-5);
}

TEST_F(Measures, metrics_json_has_the_keys_others_rely_on) {
  const auto json = metrics_json(run({disc_sample("P1", "1", "test", kSide, kHeart, kHeart)}));
  for (const char* key : {"pixel_accuracy", "mean_accuracy", "mean_iou", "mean_dice",
                          "frequency_weighted_iou", "images", "missed", "classes"}) {
    EXPECT_TRUE(json.contains(key)) << key;
    EXPECT_TRUE(json["without_missed"].contains(key)) << key;
  }
  ASSERT_EQ(json["classes"].size(), 2U);
  for (const char* key : {"name", "iou", "dice", "accuracy", "dice_image_mean", "dice_patient_mean",
                          "dice_patient_ci95", "hd95_mm", "assd_mm"}) {
    EXPECT_TRUE(json["classes"][0].contains(key)) << key;
  }
  EXPECT_EQ(json["classes"][0]["name"], "cavity");
  EXPECT_FALSE(json["classes"][1].contains("hd95_mm"));
}

TEST_F(Measures, figures_of_no_image_are_null_and_not_zero) {
  const auto json = metrics_json(run({disc_sample("P1", "1", "test", kSide, kNothing, kHeart)}));
  EXPECT_EQ(json["without_missed"]["images"], 0);
  EXPECT_TRUE(json["without_missed"]["classes"][0]["dice"].is_null());
  EXPECT_TRUE(json["without_missed"]["classes"][0]["dice_patient_ci95"][0].is_null());
}

TEST_F(Measures, per_image_csv_has_a_line_an_image_and_empty_fields_for_what_is_unknown) {
  const auto text = per_image_csv(run({disc_sample("P1", "1", "test", kSide, kHeart, kHeart),
                                       disc_sample("P,2", "2", "test", kSide, kNothing, kHeart)}));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3);
  EXPECT_THAT(text, ::testing::HasSubstr("\nP1,1,P1/1.png,1.000000,1.000000,1.000000,0,0,0,,,0"));
  EXPECT_THAT(text, ::testing::HasSubstr("\n\"P,2\",2,\"P,2/2.png\",0.000000,0.000000,"));
}

TEST_F(Measures, only_the_subset_is_judged) {
  const std::vector<PackedSample> samples{disc_sample("P1", "1", "test", kSide, kHeart, kHeart),
                                          disc_sample("P2", "1", "train", kSide, kHeart, kHeart)};
  EXPECT_EQ(run(samples).records.size(), 1U);
  EXPECT_EQ(run(samples, "all").records.size(), 2U);
  testing::expect_error(ErrorKind::kUsage, {"validation", "no image"},
                        [&] { run(samples, "validation"); });
}

TEST_F(Measures, a_model_of_another_target_is_refused) {
  testing::write_dataset(folder_ / "data", "myocardium",
                         {disc_sample("P1", "1", "test", kSide, kHeart, kHeart)});
  Segmenter segmenter = threshold_segmenter(folder_.path(), "cavity", kSide);
  const Dataset dataset(folder_ / "data");
  testing::expect_error(ErrorKind::kUsage, {"cavity", "myocardium"},
                        [&] { evaluate(segmenter, dataset, "test"); });
}

TEST_F(Measures, a_network_of_another_size_than_the_data_set_is_judged_on_the_data_set) {
  testing::write_dataset(folder_ / "data", "cavity",
                         {disc_sample("P1", "1", "test", kSide, kHeart, kHeart)});
  Segmenter segmenter = threshold_segmenter(folder_.path(), "cavity", 2 * kSide);
  const auto evaluation = evaluate(segmenter, Dataset(folder_ / "data"), "test");
  EXPECT_EQ(evaluation.records[0].prediction.rows, kSide);
  EXPECT_GT(evaluation.records[0].dice, 0.98);
}

}  // namespace
}  // namespace heartlab
