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
