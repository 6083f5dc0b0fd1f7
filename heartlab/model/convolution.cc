#include "heartlab/model/convolution.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "heartlab/core/error.h"
#include "heartlab/core/finite.h"

namespace heartlab {
namespace {

const TensorView& view_of(const TensorFile& file, const std::string& name,
                          const std::vector<std::int64_t>& shape) {
  const TensorView& view = file.at(name);
  if (view.shape != shape) {
    fail(ErrorKind::kBadInput, "{}: tensor {}: expected shape [{}], found [{}]", file.name(), name,
         fmt::join(shape, ", "), fmt::join(view.shape, ", "));
  }
  return view;
}

[[noreturn]] void refuse_not_finite(const std::string& file, const std::string& name) {
  fail(ErrorKind::kBadInput, "{}: tensor {} holds NaN, infinity or a number far too large", file,
       name);
}

// Weights as the file stores them, of which a part at a time becomes float.
class StoredWeights {
 public:
  explicit StoredWeights(const TensorView& view) : view_(view) {
    const bool direct = view.type == ElementType::kBF16 || view.type == ElementType::kF32;
    if (!direct) others_ = to_floats(view);
  }

  // Those from `first` on, as many as `values` has.
  void read(std::size_t first, std::span<float> values) const {
    const std::uint8_t* bytes = view_.bytes.data() + first * element_size(view_.type);
    if (!others_.empty()) {
      std::copy_n(others_.data() + first, values.size(), values.data());
    } else if (view_.type == ElementType::kF32) {
      std::memcpy(values.data(), bytes, values.size_bytes());
    } else {
      widen(bytes, values);
    }
  }

 private:
  static void widen(const std::uint8_t* bytes, std::span<float> values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      std::uint16_t bits = 0;
      std::memcpy(&bits, bytes + i * sizeof bits, sizeof bits);
      values[i] = from_brief(bits);
    }
  }
  static float from_brief(std::uint16_t bits) {  // where the loop can be made of vectors
    return std::bit_cast<float>(std::uint32_t{bits} << 16);
  }

  const TensorView& view_;
  std::vector<float> others_;  // of types that are rare
};

void scale(std::span<float> values, float factor) {
  for (float& value : values) value *= factor;
}

// One filter's values by the factors of the channels that it sees.
void scale_inputs(const Convolution& layer, std::span<float> filter) {
  const auto area = static_cast<std::size_t>(layer.kernel * layer.kernel);
  for (std::size_t i = 0; i < layer.input_factors.size(); ++i) {
    scale(filter.subspan(i * area, area), layer.input_factors[i]);
  }
}

}  // namespace

void Convolution::read_weights(std::span<float> weights) const {
  const StoredWeights all(stored);
  const std::size_t size = filter_size();
  for (std::size_t k = 0; k < factors.size(); ++k) {
    const std::span<float> filter = weights.subspan(k * size, size);
    all.read(k * size, filter);
    scale(filter, factors[k]);
    scale_inputs(*this, filter);
    if (all_sane(filter)) continue;
    all.read(k * size, filter);
    if (!all_sane(filter)) refuse_not_finite(file, name + ".weight");
    fail(ErrorKind::kBadInput, "{}: tensor {}.weight: what its norm makes of it is too large", file,
         name);
  }
}

std::vector<float> Convolution::weights() const {
  std::vector<float> all(weight_count());
  read_weights(all);
  return all;
}

std::vector<float> Convolution::largest_weights() const {
  const StoredWeights all(stored);
  std::vector<float> largest(factors.size()), filter(filter_size());
  for (std::size_t k = 0; k < factors.size(); ++k) {
    all.read(k * filter.size(), filter);
    scale_inputs(*this, filter);
    for (const float value : filter) largest[k] = std::max(largest[k], std::abs(value));
    largest[k] *= std::abs(factors[k]);
  }
  return largest;
}

std::vector<float> read_vector(const TensorFile& file, const std::string& name, int count) {
  auto values = to_floats(view_of(file, name, {count}));
  if (!all_sane(values)) refuse_not_finite(file.name(), name);
  return values;
}

Convolution plain_convolution(const TensorFile& file, const std::string& name,
                              const ConvolutionShape& shape) {
  Convolution layer;
  layer.name = name;
  layer.file = file.name();
  layer.in = shape.in;
  layer.out = shape.out;
  layer.kernel = shape.kernel;
  layer.groups = shape.groups;
  layer.stored = view_of(file, name + ".weight",
                         {shape.out, shape.in / shape.groups, shape.kernel, shape.kernel});
  layer.factors.assign(static_cast<std::size_t>(shape.out), 1.0F);
  layer.bias.assign(static_cast<std::size_t>(shape.out), 0.0F);
  if (file.contains(name + ".bias")) layer.bias = read_vector(file, name + ".bias", shape.out);
  return layer;
}

Convolution normed_convolution(const TensorFile& file, const std::string& name,
                               const std::string& norm, const ConvolutionShape& shape,
                               float epsilon) {
  Convolution layer = plain_convolution(file, name, shape);
  const auto gain = read_vector(file, norm + ".weight", shape.out);
  const auto offset = read_vector(file, norm + ".bias", shape.out);
  const auto mean = read_vector(file, norm + ".running_mean", shape.out);
  const auto variance = read_vector(file, norm + ".running_var", shape.out);
  if (const auto negative = std::ranges::find_if(variance, [](float each) { return each < 0; });
      negative != variance.end()) {
    fail(ErrorKind::kBadInput, "{}: tensor {}.running_var: expected variances, found {}",
         file.name(), norm, *negative);
  }
  for (std::size_t k = 0; k < gain.size(); ++k) {
    const float factor = gain[k] / std::sqrt(variance[k] + epsilon);
    layer.bias[k] = offset[k] + (layer.bias[k] - mean[k]) * factor;
    layer.factors[k] = factor;
  }
  if (!all_sane(layer.factors) || !all_sane(layer.bias)) {
    fail(ErrorKind::kBadInput, "{}: norm {}: its numbers are too large to compute with",
         file.name(), norm);
  }
  return layer;
}

}  // namespace heartlab
