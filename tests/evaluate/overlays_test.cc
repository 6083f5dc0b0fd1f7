#include "heartlab/evaluate/overlays.h"

#include <gmock/gmock.h>

#include <set>

#include "tests/support/fake_model.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using ::testing::HasSubstr;

Evaluation with_dice(const std::vector<double>& dice) {
  Evaluation evaluation;
  for (const double value : dice) {
    ImageRecord record;
    record.patient = "P";
    record.stem = std::to_string(evaluation.records.size());
    record.dice = value;
    record.missed = value == 0;
    evaluation.records.push_back(record);
  }
  return evaluation;
}

std::vector<std::string> shown(const Evaluation& evaluation, int count) {
  std::vector<std::string> words;
  for (const auto& image : choose_examples(evaluation, count)) {
    words.push_back(image.role + " " + image.record->stem);
  }
  return words;
}

TEST(Overlays, best_median_worst_and_every_missed_image_are_chosen) {
  EXPECT_THAT(shown(with_dice({0.5, 0, 0.9, 0.1, 0.8, 0.7, 0}), 1),
              ::testing::ElementsAre("best 2", "median 5", "worst 3", "missed 1", "missed 6"));
}

TEST(Overlays, no_image_is_chosen_twice_however_few_there_are) {
  for (int total = 1; total < 14; ++total) {
    std::vector<double> dice;
    for (int i = 0; i < total; ++i) dice.push_back(0.05 * (i + 1));
    for (int count = 1; count < 5; ++count) {
      const Evaluation evaluation = with_dice(dice);
      std::set<const ImageRecord*> seen;
      for (const auto& image : choose_examples(evaluation, count)) {
        EXPECT_TRUE(seen.insert(image.record).second) << total << " images, " << count << " each";
      }
      EXPECT_FALSE(seen.empty());
    }
  }
}

TEST(Overlays, file_names_hold_nothing_a_file_system_could_mind) {
  ImageRecord record;
  record.patient = "../A/B:C";
  record.stem = "1.2";
  EXPECT_EQ(file_name({"best", &record}, 1), "best-1-.._A_B_C-1.2.png");
}

TEST(Overlays, models_on_one_image_are_cut_alike_and_carry_their_outlines) {
  testing::TemporaryFolder folder;
  const testing::Disc heart{30, 34, 8};
  testing::write_dataset(folder / "data", "cavity",
                         {testing::disc_sample("P1", "1", "test", 64, heart, heart)});
  const Dataset dataset(folder / "data");
  const ImageRecord nothing = judge(dataset, 0, Mask(64, 64));
  const ImageRecord whole = judge(dataset, 0, dataset.structure(0));
  const auto drawings = overlay_svgs(dataset, {&nothing, &whole});
  ASSERT_EQ(drawings.size(), 2U);
  EXPECT_EQ(drawings[0].substr(0, 80), drawings[1].substr(0, 80));
  EXPECT_THAT(drawings[0], HasSubstr("data:image/png;base64,iVBOR"));
  EXPECT_LT(drawings[0].size(), drawings[1].size());
}

}  // namespace
}  // namespace heartlab
