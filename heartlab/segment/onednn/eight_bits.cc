#include "heartlab/segment/onednn/eight_bits.h"

#include <algorithm>
#include <cmath>

namespace heartlab::onednn {

EightBitConvolution in_eight_bits(const Convolution& layer, float source_step, float result_step) {
  EightBitConvolution result{layer, {}};
  const std::size_t filter_size = layer.weights.size() / layer.bias.size();
  for (std::size_t k = 0; k < layer.bias.size(); ++k) {
    const auto filter = std::span(result.layer.weights).subspan(k * filter_size, filter_size);
    float largest = 0;
    for (const float weight : filter) largest = std::max(largest, std::abs(weight));
    const float step = largest > 0 ? largest / kLargestSigned : 1.0F;
    for (float& weight : filter) weight = std::round(weight / step);
    result.layer.bias[k] = layer.bias[k] / (step * source_step);
    result.scales.push_back(step * source_step / result_step);
  }
  return result;
}

}  // namespace heartlab::onednn
