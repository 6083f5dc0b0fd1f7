#pragma once

#include <fmt/format.h>

#include <string>
#include <vector>

#include "heartlab/model/architecture.h"
#include "heartlab/model/layer_adder.h"

namespace heartlab {

// `exact`: of the encoder, since rounding moves maxima to the places beside them.
template <typename Layers, typename Tensor>
Tensor add_segnet_level(Layers& layers, const std::string& name, Tensor x,
                        const std::vector<int>& filters, bool exact) {
  for (std::size_t i = 0; i < filters.size(); ++i) {
    const std::string unit = fmt::format("{}.{}", name, i);
    x = layers.normed(unit + ".0", unit + ".1", x, {x.channels(), filters[i], 3},
                      {1, 1, Activation::kRelu, exact});
  }
  return x;
}

// All of SegNet before the logits.
template <typename Layers, typename Tensor>
Tensor add_segnet(Layers& layers, const Tensor& image) {
  using Pooled = decltype(layers.graph().add_max_pool_with_places(image));
  const std::vector<SegNetLevel> levels = segnet_levels(layers.options());
  std::vector<Pooled> pooled;
  Tensor x = image;
  for (const auto& level : levels) {
    const std::string name = fmt::format("backbone.encoder.{}", pooled.size());
    pooled.push_back(layers.graph().add_max_pool_with_places(
        add_segnet_level(layers, name, x, level.encoder, true)));
    x = pooled.back().values;
  }
  for (std::size_t up = 0; up < levels.size(); ++up) {
    const std::size_t level = levels.size() - 1 - up;
    x = add_segnet_level(layers, fmt::format("backbone.decoder.{}", up),
                         layers.graph().add_unpool(x, pooled[level]), levels[level].decoder, false);
  }
  return x;
}

}  // namespace heartlab
