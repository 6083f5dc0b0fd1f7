#include "heartlab/nn/stack.h"

#include "heartlab/nn/convolution.h"

namespace heartlab {

NormedStackImpl::NormedStackImpl(int in, const std::vector<int>& filters) {
  for (const int out : filters) {
    layers_.push_back(register_module(std::to_string(layers_.size()),
                                      NormedConvolution(padded(in, out, 3), /*relu=*/true)));
    in = out;
  }
}

torch::Tensor NormedStackImpl::forward(torch::Tensor x) {
  for (auto& layer : layers_) x = layer->forward(x);
  return x;
}

}  // namespace heartlab
