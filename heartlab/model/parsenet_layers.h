#pragma once

#include <vector>

#include "heartlab/model/architecture.h"
#include "heartlab/model/layer_adder.h"

namespace heartlab {

// The learned scales become factors of the last convolution's weights.
template <typename Layers, typename Tensor>
Tensor add_parsenet(Layers& layers, const std::vector<Tensor>& features) {
  const Tensor& x = features.back();
  auto& graph = layers.graph();
  const Tensor mean = graph.add_unit_length(graph.add_mean(x));
  const Tensor joined = graph.add_concatenation(
      {graph.add_unit_length(x), graph.add_resize(mean, x.rows(), x.columns())});
  Convolution layer = plain_convolution(layers.file(), "classifier.logits",
                                        {joined.channels(), layers.options().classes, 1});
  for (const char* name : {"classifier.scale", "classifier.global_scale"}) {
    const auto scales = read_vector(layers.file(), name, x.channels());
    layer.input_factors.insert(layer.input_factors.end(), scales.begin(), scales.end());
  }
  return graph.add_logits(layer, joined);
}

}  // namespace heartlab
