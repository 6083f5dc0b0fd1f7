#pragma once

#include "heartlab/nn/features.h"

namespace heartlab {

// ParseNet (Liu et al., arXiv 1506.04579, sections 3.1 to 3.3): the last features and their mean
// over the whole image, each of length 1 at every place, with a learned scale a channel; joined,
// and a 1x1 convolution with bias to the logits.
class ParseNetHead : public HeadModule {
 public:
  ParseNetHead(int in, int classes);
  torch::Tensor forward(const Features& features) override;
  // The scales start at 10.
  void initialise(const Generator& generator) override;

 private:
  torch::Tensor scale_, global_scale_;
  torch::nn::Conv2d logits_{nullptr};
};

// x / sqrt(sum of x^2 over the channels + kLengthEpsilon) at every place (equation 5).
torch::Tensor of_unit_length(const torch::Tensor& x);

}  // namespace heartlab
