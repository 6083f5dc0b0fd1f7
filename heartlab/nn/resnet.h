#pragma once

#include <torch/nn.h>

#include <vector>

#include "heartlab/model/architecture.h"
#include "heartlab/nn/batch_norm.h"

namespace heartlab {

// Feature maps of a backbone.
struct Features {
  torch::Tensor low_level;   // after the first stage, stride 4
  torch::Tensor high_level;  // after the last stage, the output stride
};

// ResNet (He et al., arXiv 1512.03385) with atrous convolution, names of parameters as torchvision
// has them. Input Nx[input_channels]xHxW.
class ResNetImpl : public torch::nn::Module {
 public:
  explicit ResNetImpl(const BackboneShape& shape);
  Features forward(torch::Tensor x);

 private:
  torch::nn::Conv2d conv1_{nullptr};
  BatchNorm bn1_{nullptr};
  std::vector<torch::nn::Sequential> stages_;
};
TORCH_MODULE(ResNet);

}  // namespace heartlab
