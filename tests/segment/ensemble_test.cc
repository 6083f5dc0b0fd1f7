#include "heartlab/segment/ensemble.h"

#include <gtest/gtest.h>

#include "tests/support/fake_model.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using testing::expect_error;

std::unique_ptr<Engine> of_thresholds(const std::vector<float>& thresholds) {
  std::vector<std::unique_ptr<Engine>> members;
  for (const float threshold : thresholds) {
    members.push_back(std::make_unique<testing::ThresholdEngine>(threshold));
  }
  return make_ensemble(std::move(members));
}

TEST(Ensemble, answers_the_mean_of_its_members_logits) {
  const auto engine = of_thresholds({10, 20, 60});
  const Logits planes = engine->run({30, 31, 29, 200}, 2);
  ASSERT_EQ(planes.size(), 2U);
  EXPECT_FLOAT_EQ(planes[0].pixels[0], 0);
  EXPECT_FLOAT_EQ(planes[0].pixels[1], 1);
  EXPECT_FLOAT_EQ(planes[0].pixels[2], -1);
  EXPECT_FLOAT_EQ(planes[1].pixels[3], 0);
  EXPECT_NE(engine->description().find("mean of 3 networks"), std::string::npos);
}

ModelDescription trained_on(const std::vector<std::string>& patients) {
  ModelDescription description;
  description.target = "cavity";
  description.class_names = {"cavity", "background"};
  description.training["data"]["patients"]["train"] = patients;
  description.confidence.emplace();
  return description;
}

TEST(Ensemble, counts_the_patients_of_all_its_members_as_seen) {
  const testing::TemporaryFolder folder;
  const Path file = folder / "one.safetensors";
  write_tensor_file(file, {}, model_metadata(trained_on({"A", "B"})));
  Segmenter segmenter(ModelFile(file), of_thresholds({10, 20}));
  segmenter.joined_by(trained_on({"B", "C"}));
  EXPECT_EQ(segmenter.model().patients_trained_on(), (std::set<std::string>{"A", "B", "C"}));
  EXPECT_FALSE(segmenter.model().confidence);
  ModelDescription silent = trained_on({});
  silent.training = nlohmann::ordered_json();
  segmenter.joined_by(silent);
  EXPECT_FALSE(segmenter.model().patients_trained_on());
}

TEST(Ensemble, models_that_are_not_alike_are_refused_by_name) {
  const testing::TemporaryFolder folder;
  const ModelFile one(testing::write_model(folder / "one.safetensors", "cavity", 32));
  const ModelFile alike(testing::write_model(folder / "alike.safetensors", "cavity", 32));
  check_alike(one, alike);
  const ModelFile other(testing::write_model(folder / "other.safetensors", "myocardium", 32));
  expect_error(ErrorKind::kUsage, {"other.safetensors", "target", "cavity", "myocardium"},
               [&] { check_alike(one, other); });
  const ModelFile larger(testing::write_model(folder / "larger.safetensors", "cavity", 64));
  expect_error(ErrorKind::kUsage, {"larger.safetensors", "preparation", "32", "64"},
               [&] { check_alike(one, larger); });
}

}  // namespace
}  // namespace heartlab
