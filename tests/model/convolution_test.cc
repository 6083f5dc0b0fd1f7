#include "heartlab/model/convolution.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "heartlab/core/random.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using testing::expect_error;
using testing::TemporaryFolder;

constexpr int kIn = 3, kOut = 4, kKernel = 3;

// A convolution "conv" of drawn weights and its norm "norm".
class Folded : public ::testing::Test {
 protected:
  Folded() {
    Generator generator(2);
    std::vector<float> weights(kOut * kIn * kKernel * kKernel);
    for (auto& weight : weights) weight = static_cast<float>(generator.normal());
    set("conv.weight", weights, {kOut, kIn, kKernel, kKernel});
    set("norm.weight", {0.5F, 1, 2, -1});
    set("norm.bias", {0, 1, 2, 3});
    set("norm.running_mean", {0.25F, 0, -1, 4});
    set("norm.running_var", {1, 0, 4, 0.25F});
  }

  void set(const std::string& name, const std::vector<float>& values,
           std::vector<std::int64_t> shape = {kOut}) {
    Bytes& bytes = bytes_[name];
    bytes.resize(values.size() * sizeof(float));
    std::memcpy(bytes.data(), values.data(), bytes.size());
    tensors_[name] = {ElementType::kF32, std::move(shape), bytes};
  }

  std::vector<float> weights() { return to_floats(tensors_.at("conv.weight")); }

  Convolution read() {
    write_tensor_file(folder_ / "m.safetensors", tensors_, {});
    file_.emplace(folder_ / "m.safetensors");
    return normed_convolution(*file_, "conv", "norm", {kIn, kOut, kKernel});
  }

  void expect_refused(const std::vector<std::string>& words) {
    expect_error(ErrorKind::kBadInput, words, [this] { read().weights(); });
  }

  TemporaryFolder folder_;
  std::map<std::string, Bytes> bytes_;
  std::map<std::string, TensorView> tensors_;
  std::optional<TensorFile> file_;
};

TEST_F(Folded, weights_are_the_stored_ones_by_the_factors_of_filter_and_channel) {
  const auto stored = weights();
  Convolution layer = read();
  const auto plain = layer.weights();
  layer.input_factors = {2, 0.5F, -1};
  const auto scaled = layer.weights();
  for (std::size_t i = 0; i < stored.size(); ++i) {
    const float factor = layer.factors[i / layer.filter_size()];
    EXPECT_EQ(plain[i], stored[i] * factor);
    EXPECT_EQ(scaled[i], stored[i] * factor * layer.input_factors[i / (kKernel * kKernel) % kIn]);
  }
}

TEST_F(Folded, weights_of_bf16_are_read_as_those_of_f32) {
  std::vector<float> rounded;
  Bytes brief;
  for (const float weight : weights()) {
    const std::uint16_t bits = to_bfloat16(weight);
    rounded.push_back(from_bfloat16(bits));
    brief.push_back(static_cast<std::uint8_t>(bits));
    brief.push_back(static_cast<std::uint8_t>(bits >> 8));
  }
  set("conv.weight", rounded, {kOut, kIn, kKernel, kKernel});
  const auto expected = read().weights();
  tensors_["conv.weight"] = {ElementType::kBF16, {kOut, kIn, kKernel, kKernel}, brief};
  EXPECT_EQ(read().weights(), expected);
}

TEST_F(Folded, a_negative_variance_is_refused_and_its_norm_named) {
  set("norm.running_var", {1, 1, -0.5F, 1});
  expect_refused({"m.safetensors", "norm.running_var", "-0.5"});
}

TEST_F(Folded, finite_numbers_that_fold_to_others_are_refused_and_their_norm_named) {
  set("norm.weight", {1, 3e29F, 1, 1});  // by 1 / sqrt(1e-5)
  expect_refused({"m.safetensors", "norm", "too large"});
  set("norm.weight", {1, 1, 1, 1});
  set("norm.running_mean", {0, 1e29F, 0, 0});
  expect_refused({"m.safetensors", "norm", "too large"});
}

TEST_F(Folded, a_weight_that_its_norm_makes_too_large_is_refused) {
  auto large = weights();
  large.back() = 1e25F;
  set("conv.weight", large, {kOut, kIn, kKernel, kKernel});
  EXPECT_NO_THROW(read().weights());
  set("norm.weight", {1, 1, 1, 1e10F});
  expect_refused({"m.safetensors", "conv.weight"});
}

TEST_F(Folded, a_weight_that_is_no_number_is_refused) {
  for (const float wrong :
       {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity()}) {
    auto values = weights();
    values[7] = wrong;
    set("conv.weight", values, {kOut, kIn, kKernel, kKernel});
    expect_refused({"m.safetensors", "conv.weight", "NaN"});
  }
}

}  // namespace
}  // namespace heartlab
