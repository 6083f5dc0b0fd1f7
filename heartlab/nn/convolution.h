#pragma once

#include <torch/nn.h>

namespace heartlab {

// A convolution without bias whose padding, dilation x (kernel / 2), keeps the size but for the
// stride.
torch::nn::Conv2dOptions padded(int in, int out, int kernel, int stride = 1, int dilation = 1);

// conv(x) for a convolution without bias. In training on the CPU under bf16 autocast, convolutions
// of 1x1 and the weights' gradients of larger ones are matrix products (for those gradients oneDNN
// takes half the time that it takes as convolutions); else it is the plain module's work. x:
// NxCxHxW; the result is laid out channels last.
torch::Tensor convolve(torch::nn::Conv2d& conv, const torch::Tensor& x);

// x itself where it is laid out so already.
torch::Tensor channels_last(const torch::Tensor& x);

}  // namespace heartlab
