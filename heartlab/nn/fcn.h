#pragma once

#include <vector>

#include "heartlab/nn/features.h"

namespace heartlab {

// The skip architecture of fully convolutional networks (Long et al., arXiv 1411.4038, section
// 4.2): 1x1 scores with bias of the last `stages` of the features, the last of which are at stride
// 32; from the coarsest on enlarged bilinearly to the next and summed.
class FcnHead : public HeadModule {
 public:
  FcnHead(const std::vector<int>& channels, int classes, int stages);
  torch::Tensor forward(const Features& features) override;

 private:
  std::vector<torch::nn::Conv2d> scores_;  // the coarsest first
};

}  // namespace heartlab
