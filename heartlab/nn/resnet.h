#pragma once

#include <torch/nn.h>

#include <memory>
#include <vector>

#include "heartlab/model/architecture.h"
#include "heartlab/nn/features.h"
#include "heartlab/nn/norm.h"

namespace heartlab {

// One residual block; its input has two readers, the first convolution and the shortcut.
class BlockModule : public torch::nn::Module {
 public:
  virtual Twice forward(const Twice& x) = 0;
};

// ResNet (He et al., arXiv 1512.03385) with atrous convolution, names of parameters as torchvision
// has them. Features after every stage.
class ResNetImpl : public BackboneModule {
 public:
  explicit ResNetImpl(const BackboneShape& shape);
  Features forward(const torch::Tensor& x) override;

 private:
  torch::nn::Conv2d conv1_{nullptr};
  BatchNorm bn1_{nullptr};
  std::vector<std::vector<std::shared_ptr<BlockModule>>> stages_;
};
TORCH_MODULE(ResNet);

}  // namespace heartlab
