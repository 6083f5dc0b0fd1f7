#pragma once

#include <fmt/format.h>

#include <vector>

#include "heartlab/model/architecture.h"
#include "heartlab/model/layer_adder.h"

namespace heartlab {

// Scores of each stage's features, the coarsest first, are enlarged to the next and summed.
template <typename Layers, typename Tensor>
Tensor add_fcn(Layers& layers, const std::vector<Tensor>& features) {
  Tensor sum;
  int stride = layers.options().output_stride;
  for (int i = 0; i < scored_stages(layers.options()); ++i, stride /= 2) {
    const Tensor& x = features[features.size() - 1 - static_cast<std::size_t>(i)];
    Tensor enlarged;
    if (i > 0) enlarged = layers.graph().add_resize(sum, x.rows(), x.columns());
    sum = layers.classes(fmt::format("classifier.score{}", stride), x, i > 0 ? &enlarged : nullptr);
  }
  return sum;
}

}  // namespace heartlab
