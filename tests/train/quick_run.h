#pragma once

#include <gtest/gtest.h>

#include <algorithm>

#include "heartlab/core/tensor_file.h"
#include "heartlab/train/options.h"

namespace heartlab::testing {

// A run of seconds on write_discs().
inline TrainOptions quick(int iterations) {
  TrainOptions options;
  options.network.network = "deeplabv3plus";
  options.network.backbone = "resnet18";
  options.network.aspp_channels = 8;
  options.network.decoder_channels = 8;
  options.network.low_level_channels = 8;
  options.network.atrous_rates = {1, 2};
  options.iterations = {iterations};
  options.rates = {2e-3};
  options.schedules = {"poly"};
  options.optimiser = "adamw";
  options.head_rate = options.head_bias_rate = 1;
  options.class_weights = {1, 1};
  options.crops = {0};
  options.flip = true;
  options.rotation = 20;
  options.validate_every = 10;
  options.checkpoint_every = 4;
  options.threads = 2;
  options.precision = "fp32";
  return options;
}

inline void expect_same_weights(const Path& one, const Path& two) {
  const TensorFile first(one), second(two);
  ASSERT_EQ(first.tensors().size(), second.tensors().size());
  for (const auto& [name, view] : first.tensors()) {
    const auto& other = second.at(name);
    EXPECT_TRUE(std::ranges::equal(view.bytes, other.bytes)) << name;
  }
}

}  // namespace heartlab::testing
