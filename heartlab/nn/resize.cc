#include "heartlab/nn/resize.h"

#include <torch/nn.h>

namespace heartlab {

torch::Tensor resize_bilinear(const torch::Tensor& x, int64_t rows, int64_t columns) {
  namespace F = torch::nn::functional;
  if (x.size(2) == rows && x.size(3) == columns) return x;
  return F::interpolate(x, F::InterpolateFuncOptions()
                               .size(std::vector<int64_t>{rows, columns})
                               .mode(torch::kBilinear)
                               .align_corners(false));
}

torch::Tensor resize_like(const torch::Tensor& x, const torch::Tensor& like) {
  return resize_bilinear(x, like.size(2), like.size(3));
}

}  // namespace heartlab
