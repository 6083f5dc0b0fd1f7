#include "heartlab/search/crossval.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "heartlab/core/folder_lock.h"
#include "tests/support/fake_model.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using testing::disc_sample;
using ::testing::ElementsAre;
using testing::expect_error;
using ::testing::HasSubstr;
using testing::TemporaryFolder;

// Patients P0 .. P6 with 1 to 7 images, P6 on the test side; the images of P1 come out too small.
class Crossval : public ::testing::Test {
 protected:
  static constexpr int kSide = 32;

  Crossval() {
    std::vector<PackedSample> samples;
    for (int patient = 0; patient < 7; ++patient) {
      for (int image = 0; image <= patient; ++image) {
        const double radius = patient == 1 ? 5 : 8;
        samples.push_back(disc_sample("P" + std::to_string(patient), std::to_string(image),
                                      patient == 6 ? "test" : "train", kSide, {16, 16, radius},
                                      {16, 16, 8}));
      }
    }
    samples.push_back(disc_sample("P0", "partial", "train", kSide, {16, 16, 8}, {}));
    samples.back().sample.partial = true;
    testing::write_dataset(folder_ / "data", "cavity", samples);
    options_.data = folder_ / "data";
    options_.out = folder_ / "folds";
    options_.settings = {"crops=0"};
    options_.folds = 3;
    options_.validation = 0.2;
  }

  CrossValidation run() {
    return cross_validate(
        options_,
        [&](const Dataset& data, const TrainOptions&, const TrainRequest& request) {
          trained_.push_back(data.subset("train").size());
          if (trained_.size() == stop_at_) fail(ErrorKind::kInterrupted, "stopped");
          make_folder(request.out);
          return TrainSummary{};
        },
        [&](const Path&) { return testing::threshold_segmenter(folder_.path(), "cavity", kSide); });
  }

  std::vector<std::size_t> every_image(const Dataset& data) { return data.subset("all"); }

  TemporaryFolder folder_;
  CrossvalOptions options_;
  std::vector<std::size_t> trained_;
  std::size_t stop_at_ = 0;
};

TEST_F(Crossval, folds_share_the_patients_out_evenly) {
  const Dataset data(options_.data);
  const auto folds = share_out_patients(data, every_image(data), 3, 1);
  std::set<std::string> seen;
  std::vector<std::size_t> sizes;
  for (const auto& fold : folds) {
    sizes.push_back(fold.size());
    for (const auto& patient : fold) EXPECT_TRUE(seen.insert(patient).second) << patient;
  }
  EXPECT_EQ(seen.size(), 7U);
  std::ranges::sort(sizes);
  EXPECT_THAT(sizes, ElementsAre(2, 2, 3));
  EXPECT_EQ(folds, share_out_patients(data, every_image(data), 3, 1));
  EXPECT_NE(folds, share_out_patients(data, every_image(data), 3, 2));
  expect_error(ErrorKind::kUsage, {"--folds", "8", "7"},
               [&] { share_out_patients(data, every_image(data), 8, 1); });
}

TEST_F(Crossval, nobody_who_judges_or_chooses_is_learned_from) {
  const Dataset data(options_.data);
  const auto folds = share_out_patients(data, every_image(data), 3, 1);
  for (std::size_t fold = 0; fold < 3; ++fold) {
    const FoldSides sides = sides_of_fold(folds, fold, options_);
    const Dataset found = with_sides(data, every_image(data), sides);
    EXPECT_EQ(sides.test, folds[fold]);
    EXPECT_EQ(sides.validation.size(), 1U);
    std::map<std::string, std::set<std::string>> patients;
    for (const auto& sample : found.samples()) patients[sample.subset].insert(sample.patient);
    for (const auto& patient : patients["train"]) {
      EXPECT_FALSE(patients["test"].contains(patient) || patients["validation"].contains(patient));
    }
    EXPECT_EQ(patients["test"], std::set<std::string>(folds[fold].begin(), folds[fold].end()));
    EXPECT_EQ(found.image(3).data(), data.image(3).data()) << "the pixels are shared";
    const Sample& partial = found.samples().back();
    ASSERT_TRUE(partial.partial);
    EXPECT_EQ(partial.subset, patients["train"].contains("P0") ? "train" : kLeftOut);
  }
}

TEST_F(Crossval, the_mean_pixel_is_learned_from_those_who_learn) {
  const Dataset data(options_.data);
  const auto folds = share_out_patients(data, every_image(data), 3, 1);
  std::set<double> means;
  for (std::size_t fold = 0; fold < 3; ++fold) {
    const auto sides = sides_of_fold(folds, fold, options_);
    const Dataset found = with_sides(data, every_image(data), sides);
    double sum = 0, count = 0;
    for (const auto index : found.subset("train")) {
      if (found.samples()[index].partial) continue;
      for (const auto value : found.image(index)) sum += value;
      count += static_cast<double>(found.image(index).size());
    }
    EXPECT_DOUBLE_EQ(found.preparation().mean, sum / count);
    means.insert(found.preparation().mean);
  }
  EXPECT_GT(means.size(), 1U);
}

TEST_F(Crossval, every_image_of_the_sides_that_learn_is_judged_once) {
  const CrossValidation found = run();
  EXPECT_EQ(found.pooled.records.size(), 1U + 2 + 3 + 4 + 5 + 6);
  for (const auto& record : found.pooled.records) EXPECT_NE(record.patient, "P6");
  const Figures pooled = figures(found.pooled, Selection::kAll);
  EXPECT_EQ(pooled.patients, 6);
  EXPECT_LT(figures_by_patient(found.pooled).front().dice_mean, 0.7);
  EXPECT_EQ(figures_by_patient(found.pooled).front().patient, "P1");
  const auto json = nlohmann::json::parse(read_text(options_.out / "crossval.json"));
  EXPECT_EQ(json.at("images"), 21);
  EXPECT_EQ(json.at("classes").at(0).at("dice_patient_mean"), pooled.dice_patient_mean);
  EXPECT_EQ(json.at("folds").size(), 3U);
  EXPECT_THAT(read_text(options_.out / "tables.md"), HasSubstr("Fold by fold"));
  options_.all = true;
  options_.out = folder_ / "all";
  EXPECT_EQ(run().pooled.records.size(), 28U);
}

TEST_F(Crossval, one_process_at_a_time_works_in_a_folder) {
  run();
  options_.resume = true;
  const FolderLock lock(options_.out, "crossval");
  expect_error(ErrorKind::kUsage, {"another heartlab crossval"}, [&] { run(); });
}

TEST_F(Crossval, finished_folds_are_not_trained_again) {
  options_.engine.clean_up.fill_holes = true;
  stop_at_ = 3;
  expect_error(ErrorKind::kInterrupted, {"stopped"}, [&] { run(); });
  expect_error(ErrorKind::kUsage, {"earlier heartlab crossval", "--resume"}, [&] { run(); });
  options_.resume = true;
  stop_at_ = 0;
  trained_.clear();
  run();
  EXPECT_EQ(trained_.size(), 1U);
  options_.engine.clean_up.largest = true;
  expect_error(ErrorKind::kUsage, {"largest = not set, now it is true"}, [&] { run(); });
  options_.engine.clean_up = {};
  expect_error(ErrorKind::kUsage, {"fill_holes = true, now it is not set"}, [&] { run(); });
  options_.engine.clean_up.fill_holes = true;
  options_.folds = 2;
  expect_error(ErrorKind::kUsage, {"folds"}, [&] { run(); });
}

TEST_F(Crossval, says_who_was_judged_by_a_network_that_had_seen_them) {
  CrossValidation found = run();
  found.pooled.patients_seen = std::vector<std::string>{};
  EXPECT_THAT(crossval_markdown(found, "x"), HasSubstr("by a network that had not seen them"));
  found.pooled.patients_seen = std::vector<std::string>{"P1", "P2"};
  EXPECT_THAT(crossval_markdown(found, "x"), HasSubstr("seen 2 in training: P1, P2"));
  found.pooled.patients_seen.reset();
  EXPECT_THAT(crossval_markdown(found, "x"), HasSubstr("is not known"));
}

}  // namespace
}  // namespace heartlab
