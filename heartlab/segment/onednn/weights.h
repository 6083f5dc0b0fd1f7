#pragma once

#include <string>
#include <vector>

#include "heartlab/core/tensor_file.h"
#include "heartlab/segment/onednn/graph.h"

namespace heartlab::onednn {

// What a convolution must be in the file.
struct ConvolutionShape {
  int in = 0, out = 0, kernel = 1;
};

// The convolution NAME.weight with, where the file has it, NAME.bias.
Convolution plain_convolution(const TensorFile& file, const std::string& name,
                              const ConvolutionShape& shape);

// The convolution NAME.weight with the batch norm NORM of inference folded into it:
// w' = w g / sqrt(v + 1e-5), b' = b - m g / sqrt(v + 1e-5).
Convolution normed_convolution(const TensorFile& file, const std::string& name,
                               const std::string& norm, const ConvolutionShape& shape);

}  // namespace heartlab::onednn
