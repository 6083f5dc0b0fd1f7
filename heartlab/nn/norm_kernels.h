#pragma once

#include <cstddef>
#include <cstdint>

// The passes of batch normalisation, forward and back, over rows of channels (an image laid out
// channels last is such rows). Plain loops, each over the part of the rows that it is given; sums
// are added to what is there. T: Bf16 or float; arithmetic is float, sums are double.
namespace heartlab::norm_kernels {

// The upper half of a float.
struct Bf16 {
  std::uint16_t bits;
};

// Per channel: the sum of x - shift, and of its square.
void add_moments(const Bf16* x, std::size_t rows, std::size_t channels, const float* shift,
                 double* sum, double* squares);
void add_moments(const float* x, std::size_t rows, std::size_t channels, const float* shift,
                 double* sum, double* squares);

// y = x scale + offset, + shortcut where there is one; negative values become 0 where `relu`.
void apply(const Bf16* x, const Bf16* shortcut, std::size_t rows, std::size_t channels,
           const float* scale, const float* offset, bool relu, Bf16* y);
void apply(const float* x, const float* shortcut, std::size_t rows, std::size_t channels,
           const float* scale, const float* offset, bool relu, float* y);

// Where the ReLU gave 0 no gradient goes through. Known by its output, or (without a shortcut) by
// x scale + offset once more; with neither there is no ReLU.
template <typename T>
struct Gate {
  const T* output = nullptr;
  const float* scale = nullptr;
  const float* offset = nullptr;
};

// Per channel: the sum of the gradient dy behind the gate, and of that times (x - mean). With
// gate.output the gradient behind the gate is written to `gated` (a shortcut's gradient), and
// `second`, where given, is a further gradient of the same output that is added to dy.
void add_gradients(const Bf16* dy, const Bf16* second, const Gate<Bf16>& gate, const Bf16* x,
                   std::size_t rows, std::size_t channels, const float* mean, Bf16* gated,
                   double* sum, double* products);
void add_gradients(const float* dy, const float* second, const Gate<float>& gate, const float* x,
                   std::size_t rows, std::size_t channels, const float* mean, float* gated,
                   double* sum, double* products);

// dx = dy scale + x slope + constant, dy behind the gate, which is one by x or none.
void apply_gradient(const Bf16* dy, const Gate<Bf16>& gate, const Bf16* x, std::size_t rows,
                    std::size_t channels, const float* scale, const float* slope,
                    const float* constant, Bf16* dx);
void apply_gradient(const float* dy, const Gate<float>& gate, const float* x, std::size_t rows,
                    std::size_t channels, const float* scale, const float* slope,
                    const float* constant, float* dx);

}  // namespace heartlab::norm_kernels
