#pragma once

#include <torch/nn.h>

#include <memory>
#include <vector>

#include "heartlab/model/architecture.h"
#include "heartlab/nn/norm.h"

namespace heartlab {

// Feature maps of a backbone.
struct Features {
  torch::Tensor low_level;   // after the first stage, stride 4
  torch::Tensor high_level;  // after the last stage, the output stride
};

// One residual block; its input has two readers, the first convolution and the shortcut.
class BlockModule : public torch::nn::Module {
 public:
  virtual Twice forward(const Twice& x) = 0;
};

// ResNet (He et al., arXiv 1512.03385) with atrous convolution, names of parameters as torchvision
// has them. Input Nx[input_channels]xHxW.
class ResNetImpl : public torch::nn::Module {
 public:
  explicit ResNetImpl(const BackboneShape& shape);
  Features forward(const torch::Tensor& x);

 private:
  torch::nn::Conv2d conv1_{nullptr};
  BatchNorm bn1_{nullptr};
  std::vector<std::vector<std::shared_ptr<BlockModule>>> stages_;
};
TORCH_MODULE(ResNet);

}  // namespace heartlab
