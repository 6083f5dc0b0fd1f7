#include "heartlab/evaluate/compare.h"

#include <gmock/gmock.h>

#include "tests/support/fake_model.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using testing::disc_sample;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Compare : public ::testing::Test {
 protected:
  static constexpr int kSide = 48;
  inline static const testing::Disc kHeart{24, 26, 9};

  Compare() {
    testing::write_dataset(folder_ / "data", "cavity",
                           {disc_sample("P1", "1", "test", kSide, kHeart, kHeart),
                            disc_sample("P2", "1", "test", kSide, kHeart, kHeart)});
    for (const char* name : {"good", "blind"}) {
      testing::write_model(folder_ / (std::string(name) + ".safetensors"), "cavity", kSide);
    }
    options_.models = {folder_ / "good.safetensors", folder_ / "blind.safetensors"};
    options_.data = folder_ / "data";
    options_.out = folder_ / "out";
  }

  // The model called "blind" sees nothing.
  std::vector<NamedEvaluation> write() {
    const auto open = [this](const Path& path) {
      const float threshold = path.stem() == "blind" ? 1000.0F : 128.0F;
      return testing::threshold_segmenter(folder_.path(), "cavity", kSide, threshold);
    };
    return write_comparison(open, Dataset(options_.data), options_);
  }

  testing::TemporaryFolder folder_;
  CompareOptions options_;
};

TEST_F(Compare, models_stand_side_by_side_with_their_difference) {
  const auto models = write();
  ASSERT_EQ(models.size(), 2U);
  const auto differences = paired_differences(models);
  ASSERT_EQ(differences.size(), 1U);
  EXPECT_DOUBLE_EQ(differences[0].mean, -1);
  EXPECT_DOUBLE_EQ(differences[0].ci95.high, -1);
  const std::string text = read_text(options_.out / "comparison.md");
  EXPECT_THAT(text, HasSubstr("| good | 2 | 0 | 1.000 |"));
  EXPECT_THAT(text, HasSubstr("| blind | 2 | 2 | 0.000 |"));
  EXPECT_THAT(text, HasSubstr("| blind | -1.000 | -1.000 to -1.000 |"));
  EXPECT_THAT(read_text(options_.out / "comparison.html"), HasSubstr("missed: nothing drawn"));
  const auto json = nlohmann::json::parse(read_text(options_.out / "comparison.json"));
  EXPECT_EQ(json["models"][1]["missed"], 2);
  EXPECT_TRUE(std::filesystem::exists(options_.out / "overlays/image-1-P1-1.png"));
}

TEST_F(Compare, says_what_the_figures_hold_for) {
  options_.engine.clean_up.smooth = 2;
  write();
  for (const char* page : {"comparison.md", "comparison.html"}) {
    const std::string text = read_text(options_.out / page);
    EXPECT_THAT(text, HasSubstr("smooth 2.0")) << page;
    EXPECT_THAT(text, HasSubstr("does not say which patients it was trained on")) << page;
  }
}

TEST_F(Compare, one_patient_has_no_interval) {
  testing::write_dataset(folder_ / "data", "cavity",
                         {disc_sample("P1", "1", "test", kSide, kHeart, kHeart)});
  write();
  for (const char* page : {"comparison.md", "comparison.html"}) {
    EXPECT_THAT(read_text(options_.out / page), ::testing::Not(HasSubstr("nan"))) << page;
  }
}

TEST_F(Compare, one_model_is_not_a_comparison) {
  options_.models.pop_back();
  testing::expect_error(ErrorKind::kUsage, {"--model", "two"}, [&] { write(); });
}

TEST(ModelNames, files_of_one_name_are_told_apart_by_their_folder_or_a_number) {
  EXPECT_THAT(distinct_names({"a/v2.safetensors", "b/v3.safetensors"}), ElementsAre("v2", "v3"));
  EXPECT_THAT(distinct_names({"/r/a/model.safetensors", "/r/b/model.safetensors"}),
              ElementsAre("a/model", "b/model"));
  EXPECT_THAT(distinct_names({"/r/a/model.safetensors", "/s/a/model.safetensors"}),
              ElementsAre("a/model (1)", "a/model (2)"));
  // A run's network is called by its run even where nothing else has its name.
  EXPECT_THAT(distinct_names({"/r/a/model.safetensors", "/m/cavity.safetensors"}),
              ElementsAre("a/model", "m/cavity"));
}

TEST(TellingImages, the_largest_difference_comes_first_and_none_twice) {
  std::vector<NamedEvaluation> models(2);
  const std::vector<double> a{0.9, 0.8, 0.1, 0.5}, b{0.9, 0.2, 0.1, 0.5};
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (auto* list : {&a, &b}) {
      ImageRecord record;
      record.dice = (*list)[i];
      models[list == &a ? 0 : 1].evaluation.records.push_back(record);
    }
  }
  EXPECT_THAT(telling_images(models, 1), ElementsAre(1, 0, 3, 2));
  EXPECT_THAT(telling_images(models, 9), ::testing::UnorderedElementsAre(0, 1, 2, 3));
}

}  // namespace
}  // namespace heartlab
