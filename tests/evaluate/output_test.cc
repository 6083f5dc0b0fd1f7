#include "heartlab/evaluate/output.h"

#include <gmock/gmock.h>

#include <fstream>

#include "tests/support/fake_model.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using testing::disc_sample;
using ::testing::HasSubstr;
using ::testing::Not;

class Output : public ::testing::Test {
 protected:
  static constexpr int kSide = 48;
  inline static const testing::Disc kHeart{24, 26, 9};

  Output() {
    testing::write_dataset(folder_ / "data", "myocardium",
                           {disc_sample("P1", "1", "test", kSide, kHeart, kHeart),
                            disc_sample("P1", "2", "test", kSide, {}, kHeart),
                            disc_sample("<P2>", "1", "test", kSide, {24, 28, 9}, kHeart),
                            disc_sample("P3", "1", "train", kSide, kHeart, kHeart)});
    testing::write_model(folder_ / "model.safetensors", "myocardium", kSide);
    options_.model = folder_ / "model.safetensors";
    options_.data = folder_ / "data";
    options_.out = folder_ / "out";
  }

  Evaluation write() {
    Segmenter segmenter = testing::threshold_segmenter(folder_.path(), "myocardium", kSide);
    return write_evaluation(segmenter, Dataset(options_.data), options_);
  }

  testing::TemporaryFolder folder_;
  EvaluateOptions options_;
};

TEST_F(Output, everything_the_command_promises_is_written) {
  write();
  for (const char* name : {"metrics.json", "per_image.csv", "tables.md", "report.html",
                           "manifest.json", "overlays/test", "overlays/train"}) {
    EXPECT_TRUE(std::filesystem::exists(options_.out / name)) << name;
  }
  EXPECT_TRUE(std::filesystem::exists(options_.out / "overlays/test/missed-1-P1-2.png"));
  EXPECT_TRUE(std::filesystem::exists(options_.out / "overlays/train/best-1-P3-1.png"));
  const auto metrics = nlohmann::json::parse(read_text(options_.out / "metrics.json"));
  EXPECT_EQ(metrics["missed"], 1);
  EXPECT_EQ(metrics["training_side"]["images"], 1);
}

TEST_F(Output, how_the_masks_were_drawn_is_written_down) {
  options_.engine.clean_up.largest = true;
  options_.engine.clean_up.smooth = 2;
  options_.engine.with = {folder_ / "model.safetensors"};
  write();
  const auto drawn = nlohmann::json::parse(read_text(options_.out / "manifest.json")).at("drawn");
  EXPECT_EQ(drawn.at("clean_up").at("smooth"), 2);
  EXPECT_EQ(drawn.at("with").at(0).at("sha256"), sha256_of_file(options_.model));
  for (const char* file : {"tables.md", "report.html"}) {
    EXPECT_THAT(read_text(options_.out / file), HasSubstr("smooth 2.0, largest")) << file;
    EXPECT_THAT(read_text(options_.out / file), HasSubstr("trained on")) << file;
  }
}

TEST_F(Output, the_report_needs_nothing_but_itself_and_says_what_was_missed) {
  write();
  const std::string html = read_text(options_.out / "report.html");
  EXPECT_THAT(html, HasSubstr("Not for clinical use"));
  EXPECT_THAT(html, HasSubstr("On 1 image the model drew nothing"));
  EXPECT_THAT(html, HasSubstr("Missed altogether"));
  EXPECT_THAT(html, HasSubstr("&lt;P2&gt;"));
  EXPECT_THAT(html, Not(HasSubstr("<P2>")));
  for (const char* outside : {"src=\"http", "href=\"http", "url(", "<script", "@import"}) {
    EXPECT_THAT(html, Not(HasSubstr(outside)));
  }
}

TEST_F(Output, says_what_the_model_was_not_trained_for_and_on_whom_it_was) {
  write();
  std::string html = read_text(options_.out / "report.html");
  EXPECT_THAT(html, Not(HasSubstr("Unlike this data set")));
  EXPECT_THAT(html, HasSubstr("Whether the model was trained on them, its file does not say"));
  EXPECT_TRUE(nlohmann::json::parse(read_text(options_.out / "metrics.json"))["otherwise_prepared"]
                  .empty());

  ModelDescription larger = ModelFile(options_.model).description();
  larger.preparation.size = 2 * kSide;
  larger.training = {{"data", {{"patients", {{"train", {"another"}}}}}}};
  write_tensor_file(options_.model, {}, model_metadata(larger));
  Segmenter segmenter(ModelFile(options_.model), std::make_unique<testing::ThresholdEngine>(128));
  write_evaluation(segmenter, Dataset(options_.data), options_);
  html = read_text(options_.out / "report.html");
  EXPECT_THAT(html, HasSubstr("Unlike this data set"));
  EXPECT_THAT(html, HasSubstr("The model was trained on none of them"));
  const auto metrics = nlohmann::json::parse(read_text(options_.out / "metrics.json"));
  EXPECT_THAT(metrics["otherwise_prepared"].at(0).get<std::string>(), HasSubstr("96 x 96"));
}

TEST_F(Output, of_a_calibrated_model_shows_whether_the_confidence_keeps_its_word) {
  write();
  EXPECT_THAT(read_text(options_.out / "report.html"), Not(HasSubstr("can be trusted")));
  EXPECT_FALSE(
      nlohmann::json::parse(read_text(options_.out / "metrics.json")).contains("confidence"));

  ModelDescription calibrated = ModelFile(options_.model).description();
  calibrated.confidence = {0, 1, 0, {{"patients", {"P1"}}}};
  write_tensor_file(options_.model, {}, model_metadata(calibrated));
  Segmenter segmenter(ModelFile(options_.model), std::make_unique<testing::ThresholdEngine>(128));
  write_evaluation(segmenter, Dataset(options_.data), options_);
  const std::string html = read_text(options_.out / "report.html");
  EXPECT_THAT(html, HasSubstr("How far an outline can be trusted"));
  EXPECT_THAT(html, HasSubstr("fitted on 1 of these patients"));
  const auto confidence =
      nlohmann::json::parse(read_text(options_.out / "metrics.json"))["confidence"];
  EXPECT_EQ(confidence["images"], 2);  // the missed one has none
  EXPECT_EQ(confidence["patients_seen_in_calibration"][0], "P1");
}

TEST_F(Output, the_same_evaluation_gives_the_same_bytes) {
  write();
  const std::string first = read_text(options_.out / "report.html");
  const std::string metrics = read_text(options_.out / "metrics.json");
  write();
  EXPECT_EQ(read_text(options_.out / "report.html"), first);
  EXPECT_EQ(read_text(options_.out / "metrics.json"), metrics);
}

TEST_F(Output, the_training_side_can_be_left_out) {
  options_.without_training_side = true;
  write();
  EXPECT_FALSE(std::filesystem::exists(options_.out / "overlays/train"));
  EXPECT_THAT(read_text(options_.out / "report.html"), Not(HasSubstr("On the training side")));
}

TEST_F(Output, a_folder_that_holds_other_things_is_not_written_over) {
  make_folder(options_.out);
  write_text(options_.out / "thesis.txt", "years of work");
  testing::expect_error(ErrorKind::kUsage, {"out", "--out"}, [&] { write(); });
  EXPECT_EQ(read_text(options_.out / "thesis.txt"), "years of work");
}

}  // namespace
}  // namespace heartlab
