#include "heartlab/model/convolution.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "heartlab/core/error.h"

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
  fail(ErrorKind::kBadInput, "{}: tensor {} holds NaN or infinity", file, name);
}

float input_factor(const Convolution& layer, std::size_t place) {
  if (layer.input_factors.empty()) return 1;
  return layer.input_factors[place / static_cast<std::size_t>(layer.kernel * layer.kernel)];
}

// Calls `use` with each filter's number and a function that gives its values one by one.
template <typename Use>
void each_filter(const Convolution& layer, const Use& use) {
  const std::size_t size = layer.filter_size();
  const bool brief = layer.stored.type == ElementType::kBF16;
  const auto others = brief ? std::vector<float>() : to_floats(layer.stored);
  for (std::size_t k = 0; k < layer.factors.size(); ++k) {
    if (!brief) {
      use(k, [values = others.data() + k * size](std::size_t i) { return values[i]; });
      continue;
    }
    use(k, [bytes = layer.stored.bytes.data() + k * size * sizeof(std::uint16_t)](std::size_t i) {
      std::uint16_t bits = 0;
      std::memcpy(&bits, bytes + i * sizeof bits, sizeof bits);
      return std::bit_cast<float>(std::uint32_t{bits} << 16);
    });
  }
}

}  // namespace

void Convolution::read_weights(std::span<float> weights) const {
  const std::size_t size = filter_size();
  bool finite = true;
  each_filter(*this, [&](std::size_t k, const auto& value) {
    for (std::size_t i = 0; i < size; ++i) {
      const float stored_value = value(i);
      finite = finite && std::isfinite(stored_value);
      weights[k * size + i] = stored_value * factors[k] * input_factor(*this, i);
    }
  });
  if (!finite) refuse_not_finite(file, name + ".weight");
}

std::vector<float> Convolution::weights() const {
  std::vector<float> all(weight_count());
  read_weights(all);
  return all;
}

std::vector<float> Convolution::largest_weights() const {
  std::vector<float> largest(factors.size());
  each_filter(*this, [&](std::size_t k, const auto& value) {
    for (std::size_t i = 0; i < filter_size(); ++i) {
      largest[k] = std::max(largest[k], std::abs(value(i) * input_factor(*this, i)));
    }
    largest[k] *= std::abs(factors[k]);
  });
  return largest;
}

std::vector<float> read_vector(const TensorFile& file, const std::string& name, int count) {
  auto values = to_floats(view_of(file, name, {count}));
  if (!std::ranges::all_of(values, [](float value) { return std::isfinite(value); })) {
    refuse_not_finite(file.name(), name);
  }
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
  for (std::size_t k = 0; k < gain.size(); ++k) {
    const float factor = gain[k] / std::sqrt(variance[k] + epsilon);
    layer.bias[k] = offset[k] + (layer.bias[k] - mean[k]) * factor;
    layer.factors[k] = factor;
  }
  return layer;
}

}  // namespace heartlab
