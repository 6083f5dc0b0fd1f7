#include "heartlab/model/eight_bits.h"

#include <algorithm>
#include <cmath>

#include "heartlab/core/error.h"
#include "heartlab/core/finite.h"

namespace heartlab {

EightBits in_eight_bits(const Convolution& layer, float source_step, float result_step,
                        float largest) {
  const std::vector<float> weights = layer.largest_weights();
  // A filter that training has let die: its weights are 0, and no step of them is divided by.
  constexpr float kLeastWeight = 1e-20F;
  EightBits result;
  for (std::size_t k = 0; k < weights.size(); ++k) {
    const float step = weights[k] > kLeastWeight ? weights[k] / largest : 1.0F;
    result.steps.push_back(step);
    result.bias.push_back(layer.bias[k] / (step * source_step));
    result.scales.push_back(step * source_step / result_step);
  }
  if (!all_sane(result.bias) || !all_sane(result.scales)) {
    fail(ErrorKind::kBadInput, "{}: quantisation of {}: its ranges do not fit its weights",
         layer.file, layer.name);
  }
  return result;
}

void round_to_steps(std::span<float> weights, const std::vector<float>& steps) {
  const std::size_t size = weights.size() / steps.size();
  for (std::size_t k = 0; k < steps.size(); ++k) {
    for (float& weight : weights.subspan(k * size, size)) {
      const float exact = weight / steps[k];
      weight = static_cast<float>(static_cast<int>(exact + (exact < 0 ? -0.5F : 0.5F)));
    }
  }
}

}  // namespace heartlab
