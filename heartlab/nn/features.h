#pragma once

#include <torch/nn.h>

#include <memory>
#include <vector>

#include "heartlab/core/random.h"
#include "heartlab/model/network_options.h"

namespace heartlab {

// The feature maps that a head reads, front to back (feature_channels says which there are).
using Features = std::vector<torch::Tensor>;

// All layers before the head. Input Nx[input_channels]xHxW.
class BackboneModule : public torch::nn::Module {
 public:
  virtual Features forward(const torch::Tensor& x) = 0;
};

// Turns features into logits, Nx[classes]xhxw at the head's own resolution.
class HeadModule : public torch::nn::Module {
 public:
  virtual torch::Tensor forward(const Features& features) = 0;
  // Draws anew what does not start as heartlab::initialise has it; without gradients.
  virtual void initialise(const Generator&) {}
};

// What the options name.
std::shared_ptr<BackboneModule> make_backbone(const NetworkOptions& options);
std::shared_ptr<HeadModule> make_head(const NetworkOptions& options);

}  // namespace heartlab
