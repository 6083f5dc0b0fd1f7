#include "heartlab/segment/onednn/eight_bits.h"

#include <gtest/gtest.h>

#include <cmath>

#include "heartlab/core/random.h"

namespace heartlab::onednn {
namespace {

Convolution drawn() {
  Convolution layer;
  layer.out = 3;
  layer.in = 4;
  Generator generator(5);
  for (int i = 0; i < layer.out * layer.in; ++i) {
    layer.weights.push_back(static_cast<float>(generator.normal()));
  }
  layer.bias = {0.5F, -0.25F, 0.0F};
  return layer;
}

TEST(EightBits, weights_are_whole_numbers_within_half_a_step) {
  const Convolution layer = drawn();
  const auto eight = in_eight_bits(layer, 1, 1);
  for (std::size_t i = 0; i < layer.weights.size(); ++i) {
    const float step = eight.scales[i / 4];
    const float whole = eight.layer.weights[i];
    EXPECT_EQ(whole, std::round(whole));
    EXPECT_LE(std::abs(whole), kLargestSigned);
    EXPECT_NEAR(whole * step, layer.weights[i], 0.5F * step + 1e-6F);
  }
}

TEST(EightBits, steps_of_source_and_result_cancel) {
  const Convolution layer = drawn();
  const auto eight = in_eight_bits(layer, 0.02F, 0.5F);
  for (std::size_t k = 0; k < layer.bias.size(); ++k) {
    EXPECT_NEAR(eight.layer.bias[k] * eight.scales[k] * 0.5F, layer.bias[k], 1e-6F);
  }
}

TEST(EightBits, a_filter_of_zeros_gives_its_bias) {
  Convolution layer = drawn();
  std::fill_n(layer.weights.begin(), 4, 0.0F);
  const auto eight = in_eight_bits(layer, 0.1F, 1);
  EXPECT_EQ(eight.layer.weights[0], 0);
  EXPECT_NEAR(eight.layer.bias[0] * eight.scales[0], 0.5F, 1e-6F);
}

}  // namespace
}  // namespace heartlab::onednn
