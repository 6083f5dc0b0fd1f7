#pragma once

#include <span>
#include <vector>

#include "heartlab/model/convolution.h"

namespace heartlab {

constexpr float kLargestUnsigned = 255;
constexpr float kLargestSigned = 127;

// A convolution on whole numbers: result = scales[k] x (weights * source + bias), in steps of the
// result. Weights are signed 8-bit numbers, each filter's largest being 127.
struct EightBits {
  std::vector<float> steps;   // the value of one step of each filter's weights
  std::vector<float> bias;    // in steps of the products
  std::vector<float> scales;  // one a filter
};

// `source_step`, `result_step`: the values of one step; a result step of 1 gives plain numbers.
EightBits in_eight_bits(const Convolution& layer, float source_step, float result_step);

// Turns weights into whole numbers of their filters' steps.
void round_to_steps(std::span<float> weights, const std::vector<float>& steps);

}  // namespace heartlab
