#pragma once

#include <memory>
#include <vector>

#include "heartlab/model/mobilenet.h"
#include "heartlab/nn/features.h"
#include "heartlab/nn/norm.h"

namespace heartlab {

// Convolution, batch norm and activation; parameters "0.*" and "1.*".
class MobileUnitImpl : public torch::nn::Module {
 public:
  MobileUnitImpl(const torch::nn::Conv2dOptions& options, Activation activation);
  torch::Tensor forward(const torch::Tensor& x);

 private:
  torch::nn::Conv2d convolution_{nullptr};
  BatchNorm norm_{nullptr};
  Activation activation_;
};
TORCH_MODULE(MobileUnit);

// MobileNetV3 (Howard et al., arXiv 1905.02244) with atrous convolution, names of parameters as
// torchvision has them.
class MobileNet : public BackboneModule {
 public:
  explicit MobileNet(const MobileNetShape& shape);
  Features forward(const torch::Tensor& x) override;

 private:
  class Excitation;
  class Block;

  MobileUnit first_{nullptr}, last_{nullptr};
  std::vector<std::shared_ptr<Block>> blocks_;
  std::vector<int> feature_blocks_;
};

}  // namespace heartlab
