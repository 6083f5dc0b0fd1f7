#pragma once

#include <torch/nn.h>

#include "heartlab/nn/batch_norm.h"

namespace heartlab {

// relu(norm(x) + shortcut), each of the latter two where asked for. In training on the CPU, with x
// in fp32 or bf16 laid out channels last, it is one autograd function that passes over x twice
// forward and twice back, in x's own precision with sums in double; else it is the plain modules'
// work, and so it is where a norm has peers. Running statistics are kept as BatchNorm keeps them.
torch::Tensor normed(BatchNorm& norm, const torch::Tensor& x);
torch::Tensor normed_relu(BatchNorm& norm, const torch::Tensor& x);

// The same values as two tensors, one for each of their two readers: their gradients are added up
// where they come together, not in a pass of its own.
struct Twice {
  torch::Tensor first, second;
};
Twice normed_relu(BatchNorm& norm, const torch::Tensor& x, const torch::Tensor& shortcut);

// A convolution without bias, batch norm and (but where `relu` is false) ReLU; parameters "0.*" and
// "1.*", as a torch::nn::Sequential of the three has them.
class NormedConvolutionImpl : public torch::nn::Module {
 public:
  NormedConvolutionImpl(const torch::nn::Conv2dOptions& options, bool relu);
  torch::Tensor forward(const torch::Tensor& x);

 private:
  torch::nn::Conv2d convolution_{nullptr};
  BatchNorm norm_{nullptr};
  bool relu_;
};
TORCH_MODULE(NormedConvolution);

}  // namespace heartlab
