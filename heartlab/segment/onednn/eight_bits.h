#pragma once

#include <vector>

#include "heartlab/segment/onednn/graph.h"

namespace heartlab::onednn {

constexpr float kLargestUnsigned = 255;
constexpr float kLargestSigned = 127;

// A convolution on whole numbers: result = scales[k] x (weights * source + bias), in steps of the
// result. Weights are signed 8-bit numbers, each filter's largest being 127.
struct EightBitConvolution {
  Convolution layer;  // weights are whole numbers, the bias is in steps of the products
  std::vector<float> scales;
};

// `source_step`, `result_step`: the values of one step; a result step of 1 gives plain numbers.
EightBitConvolution in_eight_bits(const Convolution& layer, float source_step, float result_step);

}  // namespace heartlab::onednn
