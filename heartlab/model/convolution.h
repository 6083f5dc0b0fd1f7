#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "heartlab/core/tensor_file.h"
#include "heartlab/model/quantisation.h"

namespace heartlab {

// What follows a convolution: max(x, 0); x h(x); h(x) = min(max(x + 3, 0), 6) / 6 (arXiv
// 1905.02244, section 5.2).
enum class Activation { kNone, kRelu, kHardSwish, kHardSigmoid };

// One convolution, whatever follows it linearly folded in. Its padding is dilation x (kernel / 2),
// as PyTorch's is. The weights stay in the model file, which must outlive it, until they are read.
struct Convolution {
  std::string name;                  // in the model file, without ".weight"
  std::string file;                  // for errors
  TensorView stored;                 // weights, out x in / groups x kernel x kernel
  std::vector<float> factors;        // of the stored weights, one a filter
  std::vector<float> input_factors;  // of the stored weights, one a channel of the source; empty: 1
  std::vector<float> bias;           // one a filter
  int out = 0, in = 0, kernel = 1;
  int groups = 1;  // of channels, each of which sees only itself
  int stride = 1;
  int dilation = 1;
  Activation activation = Activation::kNone;
  // Computed in fp32 in every graph: what follows is which of two values is the larger.
  bool exact = false;
  // Its result stays in fp32 where it is computed in floating point: few such numbers are summed up
  // to what follows.
  bool wide = false;
  bool sees_image = false;                   // its source may be negative
  std::optional<Quantisation::Range> range;  // given: computed in 8 bits

  std::size_t filter_size() const {
    return static_cast<std::size_t>(in / groups) * kernel * kernel;
  }
  std::size_t weight_count() const { return factors.size() * filter_size(); }
  // Reads the weights, factors included, into weight_count() numbers. An Error where one is not
  // finite.
  void read_weights(std::span<float> weights) const;
  std::vector<float> weights() const;
  // Whether it can be computed in 8 bits.
  bool suits_eight_bits() const {
    return !exact && !sees_image && groups == 1 &&
           (activation == Activation::kNone || activation == Activation::kRelu);
  }
  // The largest absolute weight of each filter.
  std::vector<float> largest_weights() const;
};

// The vector NAME of `count` numbers. An Error names it where it is missing, of another shape, or
// not finite.
std::vector<float> read_vector(const TensorFile& file, const std::string& name, int count);

// What a convolution must be in the file.
struct ConvolutionShape {
  int in = 0, out = 0, kernel = 1;
  int groups = 1;
};

// The convolution NAME.weight with, where the file has it, NAME.bias. An Error names a tensor that
// is missing or of another shape, or of which what is read here is not finite.
Convolution plain_convolution(const TensorFile& file, const std::string& name,
                              const ConvolutionShape& shape);

// The convolution NAME.weight with the batch norm NORM of inference folded into it:
// w' = w g / sqrt(v + epsilon), b' = b - m g / sqrt(v + epsilon).
Convolution normed_convolution(const TensorFile& file, const std::string& name,
                               const std::string& norm, const ConvolutionShape& shape,
                               float epsilon = 1e-5F);

}  // namespace heartlab
