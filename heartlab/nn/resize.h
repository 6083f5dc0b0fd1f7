#pragma once

#include <torch/types.h>

namespace heartlab {

// Bilinear, half-pixel centres (align_corners false); x itself where it has the size.
torch::Tensor resize_bilinear(const torch::Tensor& x, int64_t rows, int64_t columns);

// x in the rows and columns of `like`.
torch::Tensor resize_like(const torch::Tensor& x, const torch::Tensor& like);

}  // namespace heartlab
