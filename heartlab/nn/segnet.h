#pragma once

#include <vector>

#include "heartlab/model/architecture.h"
#include "heartlab/nn/features.h"
#include "heartlab/nn/stack.h"

namespace heartlab {

// All of SegNet before the logits (Badrinarayanan et al., arXiv 1511.00561, section 3): an encoder
// of 3x3 convolutions with batch norm and ReLU whose levels end in a 2x2 maximum, and a decoder
// that puts each value back where the level's maximum came from and convolves again. Any H and W of
// at least 1. One feature map of the input's size.
class SegNet : public BackboneModule {
 public:
  SegNet(int input_channels, const std::vector<SegNetLevel>& levels);
  Features forward(const torch::Tensor& x) override;

 private:
  std::vector<NormedStack> encoder_, decoder_;
};

struct Pooled {
  torch::Tensor values;
  torch::Tensor places;  // in a channel of what was pooled, row by row; of each value
  std::vector<int64_t> size;
};

// 2x2 maxima, the last of odd rows and columns over what there is.
Pooled pool_with_places(const torch::Tensor& x);
// Each value at the place where the maximum came from, in fp32; 0 elsewhere.
torch::Tensor unpool(const torch::Tensor& values, const Pooled& pooled);

}  // namespace heartlab
