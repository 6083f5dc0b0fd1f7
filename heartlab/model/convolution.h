#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "heartlab/core/tensor_file.h"
#include "heartlab/model/quantisation.h"

namespace heartlab {

// One convolution, whatever follows it linearly folded in. Its padding is dilation x (kernel / 2),
// as PyTorch's is. The weights stay in the model file, which must outlive it, until they are read.
struct Convolution {
  std::string name;                  // in the model file, without ".weight"
  std::string file;                  // for errors
  TensorView stored;                 // weights, out x in x kernel x kernel
  std::vector<float> factors;        // of the stored weights, one a filter
  std::vector<float> input_factors;  // of the stored weights, one a channel of the source; empty: 1
  std::vector<float> bias;           // one a filter
  int out = 0, in = 0, kernel = 1;
  int stride = 1;
  int dilation = 1;
  bool relu = false;
  std::optional<Quantisation::Range> range;  // given: computed in 8 bits

  std::size_t filter_size() const { return static_cast<std::size_t>(in) * kernel * kernel; }
  std::size_t weight_count() const { return factors.size() * filter_size(); }
  // Reads the weights, factors included, into weight_count() numbers. An Error where one is not
  // finite.
  void read_weights(std::span<float> weights) const;
  std::vector<float> weights() const;
  // The largest absolute weight of each filter.
  std::vector<float> largest_weights() const;
};

// The vector NAME of `count` numbers. An Error names it where it is missing, of another shape, or
// not finite.
std::vector<float> read_vector(const TensorFile& file, const std::string& name, int count);

// What a convolution must be in the file.
struct ConvolutionShape {
  int in = 0, out = 0, kernel = 1;
};

// The convolution NAME.weight with, where the file has it, NAME.bias. An Error names a tensor that
// is missing or of another shape, or of which what is read here is not finite.
Convolution plain_convolution(const TensorFile& file, const std::string& name,
                              const ConvolutionShape& shape);

// The convolution NAME.weight with the batch norm NORM of inference folded into it:
// w' = w g / sqrt(v + 1e-5), b' = b - m g / sqrt(v + 1e-5).
Convolution normed_convolution(const TensorFile& file, const std::string& name,
                               const std::string& norm, const ConvolutionShape& shape);

}  // namespace heartlab
