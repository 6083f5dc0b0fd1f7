#pragma once

#include <torch/types.h>

#include <cmath>
#include <string>

#include "heartlab/core/random.h"
#include "heartlab/nn/weights.h"

namespace heartlab::testing {

// The fixed formula of tools/golden_logits.py, for values and for whole networks.
inline torch::Tensor formula(torch::IntArrayRef shape, double offset) {
  auto values = torch::empty(shape, torch::kDouble);
  auto* data = values.data_ptr<double>();
  for (int64_t i = 0; i < values.numel(); ++i) {
    data[i] = std::sin(0.37 * static_cast<double>(i) + offset);
  }
  return values;
}

// Normally distributed values that bf16 holds exactly.
inline torch::Tensor random_bf16(torch::IntArrayRef shape, std::uint64_t seed) {
  Generator generator(seed);
  auto values = torch::empty(shape, torch::kFloat);
  auto* data = values.data_ptr<float>();
  for (int64_t i = 0; i < values.numel(); ++i) data[i] = static_cast<float>(generator.normal());
  return values.to(torch::kBFloat16).to(torch::kFloat);
}

// The length of the difference over the length of what was expected.
inline double relative_error(const torch::Tensor& found, const torch::Tensor& expected) {
  const double length = expected.norm().item<double>();
  const double difference = (found - expected).norm().item<double>();
  return length > 0 ? difference / length : difference;
}

inline void fill_by_formula(torch::nn::Module& network) {
  const torch::NoGradGuard no_gradients;
  double number = 0;
  for (auto& [name, tensor] : state_of(network)) {
    auto values = formula(tensor.sizes(), number++);
    if (tensor.dim() == 4) {
      values *= 2.0 / std::sqrt(static_cast<double>(tensor[0].numel()));
    } else if (name.ends_with("running_var")) {
      values = 1.0 + 0.5 * values * values;
    } else if (name.ends_with("weight")) {
      values = 0.5 + 0.1 * values;
    } else {
      values *= 0.1;
    }
    tensor.copy_(values.to(torch::kFloat));
  }
}

}  // namespace heartlab::testing
