#pragma once

#include <vector>

#include "heartlab/nn/features.h"
#include "heartlab/nn/stack.h"

namespace heartlab {

// All of the U-Net before the logits (Ronneberger et al., arXiv 1505.04597, figure 1), of the given
// filters a level, with batch norm and with padding, so that no border is lost: an encoder with 2x2
// maxima between its levels, and a decoder that enlarges bilinearly to the size of the encoder's
// features at that level and goes on from both. Any H and W of at least 1. One feature map of the
// input's size.
class UNet : public BackboneModule {
 public:
  UNet(int input_channels, const std::vector<int>& widths);
  Features forward(const torch::Tensor& x) override;

 private:
  std::vector<NormedStack> encoder_, decoder_;
};

}  // namespace heartlab
