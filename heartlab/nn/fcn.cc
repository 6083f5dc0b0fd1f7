#include "heartlab/nn/fcn.h"

#include "heartlab/nn/convolution.h"
#include "heartlab/nn/resize.h"

namespace heartlab {

FcnHead::FcnHead(const std::vector<int>& channels, int classes, int stages) {
  constexpr int kCoarsestStride = 32;
  auto in = channels.rbegin();
  for (int i = 0; i < stages; ++i, ++in) {
    scores_.push_back(register_module("score" + std::to_string(kCoarsestStride >> i),
                                      torch::nn::Conv2d(padded(*in, classes, 1).bias(true))));
  }
}

torch::Tensor FcnHead::forward(const Features& features) {
  torch::Tensor sum;
  auto x = features.rbegin();
  for (auto& layer : scores_) {
    const auto score = layer(*x++);
    sum = sum.defined() ? score + resize_like(sum, score) : score;
  }
  return sum;
}

}  // namespace heartlab
