#pragma once

#include <fmt/format.h>

#include <string>
#include <vector>

#include "heartlab/model/architecture.h"
#include "heartlab/model/layer_adder.h"

namespace heartlab {

// A level of the U-Net: two 3x3 convolutions with batch norm and ReLU.
template <typename Layers, typename Tensor>
Tensor add_unet_level(Layers& layers, const std::string& name, const Tensor& x, int width) {
  return layers.unit(name + ".1", layers.unit(name + ".0", x, width, 3), width, 3);
}

// All of the U-Net before the logits.
template <typename Layers, typename Tensor>
Tensor add_unet(Layers& layers, const Tensor& image) {
  const std::vector<int> widths = unet_widths(layers.options());
  std::vector<Tensor> levels;
  Tensor x = image;
  for (const int width : widths) {
    if (!levels.empty()) x = layers.graph().add_max_pool(x, 2);
    x = add_unet_level(layers, fmt::format("backbone.encoder.{}", levels.size()), x, width);
    levels.push_back(x);
  }
  for (std::size_t up = 0; up + 1 < widths.size(); ++up) {
    const std::size_t level = widths.size() - 2 - up;
    const Tensor& skipped = levels[level];
    const Tensor enlarged = layers.graph().add_resize(x, skipped.rows(), skipped.columns());
    x = add_unet_level(layers, fmt::format("backbone.decoder.{}", up),
                       layers.graph().add_concatenation({enlarged, skipped}), widths[level]);
  }
  return x;
}

}  // namespace heartlab
