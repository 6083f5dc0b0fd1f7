#pragma once

#include <fmt/format.h>

#include <string>
#include <vector>

#include "heartlab/model/architecture.h"
#include "heartlab/model/layer_adder.h"

namespace heartlab {

// The residual's memory takes the sum. Nothing else still needs it: where a head reads a stage's
// features, the next stage begins with a projection.
template <typename Layers, typename Tensor>
Tensor add_block(Layers& layers, const std::string& name, const BlockShape& shape,
                 const Tensor& x) {
  using Place = typename Layers::Place;
  Tensor shortcut = x;
  if (shape.projected) {
    shortcut = layers.normed(name + ".downsample.0", name + ".downsample.1", x,
                             {shape.in, shape.out, 1}, {shape.stride, 1, Activation::kNone});
  }
  const Place middle{shape.stride, shape.dilation, Activation::kRelu};
  const Place last{1, shape.bottleneck ? 1 : shape.dilation, Activation::kRelu};
  if (shape.bottleneck) {
    Tensor y = layers.normed(name + ".conv1", name + ".bn1", x, {shape.in, shape.width, 1}, {});
    y = layers.normed(name + ".conv2", name + ".bn2", y, {shape.width, shape.width, 3}, middle);
    return layers.normed(name + ".conv3", name + ".bn3", y, {shape.width, shape.out, 1}, last,
                         &shortcut);
  }
  const Tensor y =
      layers.normed(name + ".conv1", name + ".bn1", x, {shape.in, shape.width, 3}, middle);
  return layers.normed(name + ".conv2", name + ".bn2", y, {shape.width, shape.out, 3}, last,
                       &shortcut);
}

// What every stage of a ResNet makes of the image.
template <typename Layers, typename Tensor>
std::vector<Tensor> add_resnet(Layers& layers, const Tensor& image) {
  const BackboneShape shape = backbone_shape(layers.options());
  Tensor x = layers.normed("backbone.conv1", "backbone.bn1", image,
                           {shape.input_channels, kStemChannels, 7}, {2, 1, Activation::kRelu});
  x = layers.graph().add_max_pool(x, 3);
  std::vector<Tensor> features;
  for (std::size_t stage = 0; stage < shape.stages.size(); ++stage) {
    const auto& blocks = shape.stages[stage];
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      x = add_block(layers, fmt::format("backbone.layer{}.{}", stage + 1, i), blocks[i], x);
    }
    features.push_back(x);
  }
  return features;
}

}  // namespace heartlab
