#pragma once

#include <span>
#include <vector>

#include "heartlab/model/convolution.h"

namespace heartlab {

constexpr float kLargestUnsigned = 255;
constexpr float kLargestSigned = 127;

// What weights may be at most where a processor adds two products in 16 bits, as those without VNNI
// do: 2 x 255 x 64 just fits.
constexpr float kLargestOfPairs = 64;

// A convolution on whole numbers: result = scales[k] x (weights * source + bias), in steps of the
// result. Weights are signed 8-bit numbers.
struct EightBits {
  std::vector<float> steps;   // the value of one step of each filter's weights
  std::vector<float> bias;    // in steps of the products
  std::vector<float> scales;  // one a filter
};

// `source_step`, `result_step`: the values of one step; a result step of 1 gives plain numbers.
// `largest`: what each filter's largest weight becomes.
EightBits in_eight_bits(const Convolution& layer, float source_step, float result_step,
                        float largest = kLargestSigned);

// Turns weights into whole numbers of their filters' steps.
void round_to_steps(std::span<float> weights, const std::vector<float>& steps);

}  // namespace heartlab
