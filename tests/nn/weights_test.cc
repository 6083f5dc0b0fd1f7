#include "heartlab/nn/weights.h"

#include <gtest/gtest.h>

#include <limits>

#include "heartlab/core/error.h"
#include "heartlab/model/state_dict.h"
#include "tests/nn/formula.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using testing::expect_error;
using testing::TemporaryFolder;

NetworkOptions small() {
  NetworkOptions options;
  options.backbone = "resnet18";
  options.aspp_channels = 8;
  return options;
}

void save(const torch::nn::Module& network, const Path& path) {
  TensorBytes tensors;
  for (const auto& [name, tensor] : state_of(network)) tensors.add(name, tensor);
  write_tensor_file(path, tensors.views(), {});
}

TEST(Weights, a_published_state_dict_is_folded_to_one_channel) {
  const StateDict file = StateDict::read(Path(HEARTLAB_GOLDEN) / "stem.pth");
  ASSERT_TRUE(file.tensors().contains("conv1.weight"));
  Network network(small());
  const InitReport report = initialise_from(*network, file.tensors());
  EXPECT_EQ(report.folded, std::vector<std::string>{"backbone.conv1.weight"});
  EXPECT_EQ(report.matched.size(), 4U);  // weight, bias and running statistics of bn1
  EXPECT_TRUE(report.unused.empty());
  // The formula of the file: tensors in order of name, conv1.weight is number 4 of 5.
  const auto colour = testing::formula({64, 3, 7, 7}, 4).to(torch::kFloat);
  const auto grey = state_of(*network).at("backbone.conv1.weight");
  EXPECT_TRUE(torch::allclose(grey, colour.sum(1, true), 1e-5, 1e-6));
}

TEST(Weights, saving_and_loading_keeps_every_value) {
  const TemporaryFolder folder;
  Network written(small()), read(small());
  testing::fill_by_formula(*written);
  save(*written, folder / "a.safetensors");
  load_state(*read, TensorFile(folder / "a.safetensors"));
  const auto expected = state_of(*written);
  for (const auto& [name, tensor] : state_of(*read)) {
    EXPECT_TRUE(torch::equal(tensor, expected.at(name))) << name;
  }
}

TEST(Weights, another_shape_is_named) {
  const TemporaryFolder folder;
  Network wide(small());
  save(*wide, folder / "a.safetensors");
  NetworkOptions options = small();
  options.aspp_channels = 16;
  Network other(options);
  expect_error(ErrorKind::kBadInput, {"a.safetensors", "classifier", "expected shape"},
               [&] { load_state(*other, TensorFile(folder / "a.safetensors")); });
}

TEST(Weights, a_nan_is_refused) {
  const TemporaryFolder folder;
  Network network(small());
  {
    const torch::NoGradGuard no_gradients;
    auto state = state_of(*network);
    state.at("backbone.bn1.weight")[3] = std::numeric_limits<float>::quiet_NaN();
  }
  save(*network, folder / "a.safetensors");
  expect_error(ErrorKind::kBadInput, {"backbone.bn1.weight", "NaN"},
               [&] { load_state(*network, TensorFile(folder / "a.safetensors")); });
}

TEST(Weights, what_does_not_fit_is_reported) {
  Network network(small());
  std::vector<float> values(12, 1.0F);
  TensorView view;
  view.shape = {12};
  view.bytes = {reinterpret_cast<const std::uint8_t*>(values.data()), 48};
  const InitReport report = initialise_from(*network, {{"bn1.weight", view}, {"fc.bias", view}});
  EXPECT_EQ(report.reshaped, std::vector<std::string>{"backbone.bn1.weight"});
  EXPECT_EQ(report.unused, std::vector<std::string>{"fc.bias"});
  EXPECT_EQ(report.missing.size() + 1, state_of(*network).size());
}

}  // namespace
}  // namespace heartlab
