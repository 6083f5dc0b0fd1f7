#include <gtest/gtest.h>

#include "heartlab/segment/algorithm.h"
#include "heartlab/segment/segmenter.h"
#include "tests/support/fake_model.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using testing::expect_error;
using testing::ThresholdEngine;

ModelDescription trained_on(const std::vector<std::string>& patients) {
  ModelDescription description;
  description.target = "cavity";
  description.class_names = {"cavity", "background"};
  description.preparation.size = 2;
  description.training["data"]["patients"]["train"] = patients;
  description.confidence.emplace();
  return description;
}

ModelFile model_of(const Path& file, const ModelDescription& description) {
  write_tensor_file(file, {}, model_metadata(description));
  return ModelFile(file);
}

std::unique_ptr<Engine> above(float threshold) {
  return std::make_unique<ThresholdEngine>(threshold);
}

// What was drawn on an image of 2 x 2 pixels, the size of the network's square.
std::vector<std::uint8_t> drawn(const Segmenter& segmenter) {
  GreyImage image(2, 2);
  image.pixels = {30, 31, 29, 200};
  return segmenter.segment(image).mask.pixels;
}

TEST(Ensemble, draws_by_the_mean_of_its_members_logits) {
  const testing::TemporaryFolder folder;
  const ModelFile model = model_of(folder / "one.safetensors", trained_on({"A"}));
  Segmenter segmenter(model, above(10));
  segmenter.join(model, above(20));
  segmenter.join(model, above(60));
  EXPECT_EQ(drawn(segmenter), (std::vector<std::uint8_t>{0, 1, 0, 1}));  // the mean is 30
  EXPECT_NE(segmenter.engine_description().find("mean of 3 networks"), std::string::npos);
}

// As the folds of a cross-validation are: each subtracts the mean of its own training images.
TEST(Ensemble, gives_each_member_the_input_that_it_was_trained_on) {
  const testing::TemporaryFolder folder;
  ModelDescription other = trained_on({"B"});
  other.preparation.mean = 100;
  Segmenter segmenter(model_of(folder / "one.safetensors", trained_on({"A"})), above(30.5F));
  segmenter.join(model_of(folder / "two.safetensors", other), above(30.5F - 100));
  EXPECT_EQ(drawn(segmenter), (std::vector<std::uint8_t>{0, 1, 0, 1}));
}

TEST(Ensemble, counts_the_patients_of_all_its_members_as_seen) {
  const testing::TemporaryFolder folder;
  Segmenter segmenter(model_of(folder / "one.safetensors", trained_on({"A", "B"})), above(10));
  segmenter.join(model_of(folder / "two.safetensors", trained_on({"B", "C"})), above(10));
  EXPECT_EQ(segmenter.model().patients_trained_on(), (std::set<std::string>{"A", "B", "C"}));
  EXPECT_FALSE(segmenter.model().confidence);
  ModelDescription silent = trained_on({});
  silent.training = nlohmann::ordered_json();
  segmenter.join(model_of(folder / "silent.safetensors", silent), above(10));
  EXPECT_FALSE(segmenter.model().patients_trained_on());
}

TEST(Ensemble, who_draws_is_named_whole) {
  const testing::TemporaryFolder folder;
  const Path one = testing::write_model(folder / "one.safetensors", "cavity", 32);
  const Path two = testing::write_model(folder / "two.safetensors", "cavity", 64);
  const Algorithm alone = algorithm_of(one, {}), both = algorithm_of(one, {two});
  EXPECT_EQ(alone.model_sha256, sha256_of_file(one));
  EXPECT_EQ(both.model, "one.safetensors + two.safetensors");
  EXPECT_NE(both.model_sha256, alone.model_sha256);
  EXPECT_NE(both.model_sha256, algorithm_of(one, {one}).model_sha256);
}

TEST(Ensemble, models_that_are_not_alike_are_refused_by_name) {
  const testing::TemporaryFolder folder;
  Segmenter segmenter = testing::threshold_segmenter(folder.path(), "cavity", 32);
  const ModelFile other(testing::write_model(folder / "other.safetensors", "myocardium", 32));
  expect_error(ErrorKind::kUsage, {"other.safetensors", "target", "cavity", "myocardium"},
               [&] { segmenter.join(other, above(10)); });
  const ModelFile larger(testing::write_model(folder / "larger.safetensors", "cavity", 64));
  expect_error(ErrorKind::kUsage, {"larger.safetensors", "preparation", "32", "64"},
               [&] { segmenter.join(larger, above(10)); });
}

TEST(Ensemble, networks_of_other_numbers_of_classes_are_refused) {
  const testing::TemporaryFolder folder;
  ModelDescription three = trained_on({"B"});
  three.network.classes = 3;
  three.class_names.push_back("papillary muscles");
  Segmenter segmenter(model_of(folder / "one.safetensors", trained_on({"A"})), above(10));
  const ModelFile other = model_of(folder / "three.safetensors", three);
  expect_error(ErrorKind::kUsage, {"three.safetensors", "classes", "2", "3"},
               [&] { segmenter.join(other, above(10)); });
}

TEST(Ensemble, says_that_it_leaves_the_confidence_out) {
  const testing::TemporaryFolder folder;
  const ModelFile model = model_of(folder / "one.safetensors", trained_on({"A"}));
  Segmenter segmenter(model, above(10));
  EXPECT_EQ(segmenter.left_out(), "");
  segmenter.join(model, above(20));
  EXPECT_NE(segmenter.left_out().find("confidence"), std::string::npos);
}

}  // namespace
}  // namespace heartlab
