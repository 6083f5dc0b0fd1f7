#pragma once

#include <torch/nn.h>

#include <vector>

#include "heartlab/nn/norm.h"

namespace heartlab {

// 3x3 convolutions of the given filters, one after the other, each with batch norm and ReLU;
// parameters "0.*", "1.*", ...
class NormedStackImpl : public torch::nn::Module {
 public:
  NormedStackImpl(int in, const std::vector<int>& filters);
  torch::Tensor forward(torch::Tensor x);

 private:
  std::vector<NormedConvolution> layers_;
};
TORCH_MODULE(NormedStack);

}  // namespace heartlab
