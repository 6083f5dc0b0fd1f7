#pragma once

#include <torch/types.h>

#include <cmath>
#include <string>

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
