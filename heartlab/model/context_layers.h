#pragma once

#include <fmt/format.h>

#include <iterator>
#include <vector>

#include "heartlab/model/context_module.h"
#include "heartlab/model/layer_adder.h"

namespace heartlab {

// The front end's scores through the context module.
template <typename Layers, typename Tensor>
Tensor add_dilated_context(Layers& layers, const std::vector<Tensor>& features) {
  const int classes = layers.options().classes;
  Tensor x = layers.plain("classifier.front_end", features.back(),
                          {features.back().channels(), classes, 1}, {1, 1, Activation::kNone});
  int i = 0;
  for (const auto& [multiple, kernel, dilation] : kContextLayers) {
    const std::string name = fmt::format("classifier.context.{}", i++);
    if (i == std::ssize(kContextLayers)) return layers.classes(name, x);
    x = layers.plain(name, x, {x.channels(), multiple * classes, kernel},
                     {1, dilation, Activation::kRelu});
  }
  return x;
}

}  // namespace heartlab
