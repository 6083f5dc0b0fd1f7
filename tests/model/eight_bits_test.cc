#include "heartlab/model/eight_bits.h"

#include <gtest/gtest.h>

#include <cmath>

#include "heartlab/core/random.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

std::vector<float> drawn_weights() {
  Generator generator(5);
  std::vector<float> weights;
  for (int i = 0; i < 12; ++i) weights.push_back(static_cast<float>(generator.normal()));
  return weights;
}

// Three filters of four weights, which must outlive it.
Convolution of(const std::vector<float>& weights) {
  Convolution layer;
  layer.out = 3;
  layer.in = 4;
  layer.stored = {ElementType::kF32,
                  {3, 4, 1, 1},
                  {reinterpret_cast<const std::uint8_t*>(weights.data()), 12 * sizeof(float)}};
  layer.factors = {1, 2, 1};
  layer.bias = {0.5F, -0.25F, 0.0F};
  return layer;
}

TEST(EightBits, weights_are_whole_numbers_within_half_a_step) {
  const auto stored = drawn_weights();
  const Convolution layer = of(stored);
  const std::vector<float> exact = layer.weights();
  EXPECT_EQ(exact[5], 2 * stored[5]);
  std::vector<float> whole = exact;
  const auto eight = in_eight_bits(layer, 1, 1);
  round_to_steps(whole, eight.steps);
  for (std::size_t i = 0; i < exact.size(); ++i) {
    const float step = eight.steps[i / 4];
    EXPECT_EQ(whole[i], std::round(whole[i]));
    EXPECT_LE(std::abs(whole[i]), kLargestSigned);
    EXPECT_NEAR(whole[i] * step, exact[i], 0.5F * step + 1e-6F);
  }
}

TEST(EightBits, steps_of_source_and_result_cancel) {
  const auto stored = drawn_weights();
  const Convolution layer = of(stored);
  const auto eight = in_eight_bits(layer, 0.02F, 0.5F);
  for (std::size_t k = 0; k < layer.bias.size(); ++k) {
    EXPECT_NEAR(eight.bias[k] * eight.scales[k] * 0.5F, layer.bias[k], 1e-6F);
  }
}

TEST(EightBits, a_filter_of_zeros_gives_its_bias) {
  auto stored = drawn_weights();
  std::fill_n(stored.begin(), 4, 0.0F);
  const auto eight = in_eight_bits(of(stored), 0.1F, 1);
  EXPECT_NEAR(eight.bias[0] * eight.scales[0], 0.5F, 1e-6F);
  round_to_steps(stored, eight.steps);
  EXPECT_EQ(stored[0], 0);
}

TEST(EightBits, a_filter_that_died_in_training_is_zero_and_not_divided_by) {
  auto stored = drawn_weights();
  std::fill_n(stored.begin(), 4, 1e-38F);
  const Convolution layer = of(stored);
  const auto eight = in_eight_bits(layer, 0.5F, 1);
  EXPECT_EQ(eight.steps[0], 1);
  EXPECT_EQ(eight.bias[0], 1);
  std::vector<float> whole = layer.weights();
  round_to_steps(whole, eight.steps);
  EXPECT_EQ(whole[0], 0);
}

TEST(EightBits, ranges_that_give_no_numbers_are_refused) {
  const auto stored = drawn_weights();
  Convolution layer = of(stored);
  layer.file = "m.safetensors";
  layer.name = "conv";
  testing::expect_error(ErrorKind::kBadInput, {"m.safetensors", "conv"},
                        [&] { in_eight_bits(layer, 1e-39F, 1); });
}

}  // namespace
}  // namespace heartlab
