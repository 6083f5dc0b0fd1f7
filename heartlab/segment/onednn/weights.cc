#include "heartlab/segment/onednn/weights.h"

#include <algorithm>
#include <cmath>

#include "heartlab/core/error.h"

namespace heartlab::onednn {
namespace {

constexpr float kNormEpsilon = 1e-5F;

std::vector<float> read(const TensorFile& file, const std::string& name,
                        const std::vector<std::int64_t>& shape) {
  const TensorView& view = file.at(name);
  if (view.shape != shape) {
    fail(ErrorKind::kBadInput, "{}: tensor {}: expected shape [{}], found [{}]", file.name(), name,
         fmt::join(shape, ", "), fmt::join(view.shape, ", "));
  }
  auto values = to_floats(view);
  if (!std::ranges::all_of(values, [](float value) { return std::isfinite(value); })) {
    fail(ErrorKind::kBadInput, "{}: tensor {} holds NaN or infinity", file.name(), name);
  }
  return values;
}

}  // namespace

Convolution plain_convolution(const TensorFile& file, const std::string& name,
                              const ConvolutionShape& shape) {
  Convolution layer;
  layer.in = shape.in;
  layer.out = shape.out;
  layer.kernel = shape.kernel;
  layer.weights = read(file, name + ".weight", {shape.out, shape.in, shape.kernel, shape.kernel});
  layer.bias.assign(static_cast<std::size_t>(shape.out), 0.0F);
  if (file.contains(name + ".bias")) layer.bias = read(file, name + ".bias", {shape.out});
  return layer;
}

Convolution normed_convolution(const TensorFile& file, const std::string& name,
                               const std::string& norm, const ConvolutionShape& shape) {
  Convolution layer = plain_convolution(file, name, shape);
  const std::vector<std::int64_t> filters = {shape.out};
  const auto gain = read(file, norm + ".weight", filters);
  const auto offset = read(file, norm + ".bias", filters);
  const auto mean = read(file, norm + ".running_mean", filters);
  const auto variance = read(file, norm + ".running_var", filters);
  const std::size_t filter_size = layer.weights.size() / gain.size();
  for (std::size_t k = 0; k < gain.size(); ++k) {
    const float factor = gain[k] / std::sqrt(variance[k] + kNormEpsilon);
    layer.bias[k] = offset[k] + (layer.bias[k] - mean[k]) * factor;
    const auto filter = layer.weights.begin() + static_cast<std::ptrdiff_t>(k * filter_size);
    std::for_each(filter, filter + static_cast<std::ptrdiff_t>(filter_size),
                  [factor](float& weight) { weight *= factor; });
  }
  return layer;
}

}  // namespace heartlab::onednn
