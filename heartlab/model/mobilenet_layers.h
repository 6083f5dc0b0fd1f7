#pragma once

#include <fmt/format.h>

#include <string>
#include <vector>

#include "heartlab/model/layer_adder.h"
#include "heartlab/model/mobilenet.h"

namespace heartlab {

template <typename Layers, typename Tensor>
Tensor add_mobile_unit(Layers& layers, const std::string& name, const Tensor& x,
                       const ConvolutionShape& shape, const typename Layers::Place& place,
                       const Tensor* residual = nullptr) {
  return layers.normed(name + ".0", name + ".1", x, shape, place, residual, kMobileNetEpsilon);
}

// Squeeze-and-excitation: each channel times what the means of all say.
template <typename Layers, typename Tensor>
Tensor add_excitation(Layers& layers, const std::string& name, const Tensor& x, int squeezed) {
  const Tensor mean = layers.graph().add_mean(x);
  const Tensor squeeze = layers.plain(name + ".fc1", mean, {x.channels(), squeezed, 1}, {});
  const Tensor factors = layers.plain(name + ".fc2", squeeze, {squeezed, x.channels(), 1},
                                      {1, 1, Activation::kHardSigmoid});
  return layers.graph().add_product(x, factors);
}

template <typename Layers, typename Tensor>
Tensor add_inverted_residual(Layers& layers, const std::string& name, const InvertedResidual& shape,
                             const Tensor& x) {
  int part = 0;
  const auto next = [&] { return fmt::format("{}.block.{}", name, part++); };
  const int width = shape.expanded;
  Tensor y = x;
  if (width != shape.in) {
    y = add_mobile_unit(layers, next(), y, {shape.in, width, 1}, {1, 1, shape.activation});
  }
  y = add_mobile_unit(layers, next(), y, {width, width, shape.kernel, width},
                      {shape.stride, shape.dilation, shape.activation});
  if (shape.squeezed > 0) y = add_excitation(layers, next(), y, shape.squeezed);
  return add_mobile_unit(layers, next(), y, {width, shape.out, 1}, {1, 1, Activation::kNone},
                         shape.is_added() ? &x : nullptr);
}

// A MobileNetV3's features, under the names that torchvision gives its layers. A block's input
// whose memory takes the sum is no feature: the block after one strides or changes the channels.
template <typename Layers, typename Tensor>
std::vector<Tensor> add_mobilenet(Layers& layers, const Tensor& image) {
  const MobileNetShape shape = mobilenet_shape(layers.options());
  Tensor x = add_mobile_unit(layers, "backbone.features.0", image,
                             {shape.input_channels, shape.blocks.front().in, 3},
                             {2, 1, Activation::kHardSwish});
  std::vector<Tensor> blocks = {x};
  for (const auto& block : shape.blocks) {
    x = add_inverted_residual(layers, fmt::format("backbone.features.{}", blocks.size()), block, x);
    blocks.push_back(x);
  }
  std::vector<Tensor> features;
  for (const int block : shape.feature_blocks) {
    features.push_back(blocks[static_cast<std::size_t>(block)]);
  }
  features.push_back(add_mobile_unit(layers, fmt::format("backbone.features.{}", blocks.size()), x,
                                     {x.channels(), shape.last, 1},
                                     {1, 1, Activation::kHardSwish}));
  return features;
}

}  // namespace heartlab
