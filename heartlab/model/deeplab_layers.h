#pragma once

#include <fmt/format.h>

#include <string>
#include <vector>

#include "heartlab/model/architecture.h"
#include "heartlab/model/layer_adder.h"

namespace heartlab {

// Atrous spatial pyramid pooling. Where classes follow at once, what its branches give is not
// rounded: few numbers make up a class. Nor are the image-level features, whose rounding would
// shift the whole image one way.
template <typename Layers, typename Tensor>
Tensor add_pyramid(Layers& layers, const std::string& name, const Tensor& x,
                   bool classes_follow = false) {
  const NetworkOptions& options = layers.options();
  const int channels = options.aspp_channels;
  std::vector<Tensor> parts;
  const auto add_branch = [&](int kernel, int rate) {
    const std::string branch = fmt::format("{}.convs.{}", name, parts.size());
    parts.push_back(layers.normed(branch + ".0", branch + ".1", x, {x.channels(), channels, kernel},
                                  {1, rate, Activation::kRelu, false, classes_follow}));
  };
  add_branch(1, 1);
  for (const int rate : pyramid_rates(options)) add_branch(3, rate);
  if (options.image_level_features) {
    const std::string pool = fmt::format("{}.convs.{}", name, parts.size());
    const Tensor mean = layers.normed(pool + ".1", pool + ".2", layers.graph().add_mean(x),
                                      {x.channels(), channels, 1}, {1, 1, Activation::kRelu, true});
    parts.push_back(layers.graph().add_resize(mean, x.rows(), x.columns()));
  }
  const Tensor joined = layers.graph().add_concatenation(parts);
  return layers.normed(name + ".project.0", name + ".project.1", joined,
                       {joined.channels(), channels, 1}, {1, 1, Activation::kRelu, classes_follow});
}

// The branches' sum is one convolution after the other into the same memory.
template <typename Layers, typename Tensor>
Tensor add_deeplabv2(Layers& layers, const std::vector<Tensor>& features) {
  const Tensor& x = features.back();
  Tensor sum;
  int branch = 0;
  for (const int rate : pyramid_rates(layers.options())) {
    Convolution layer = plain_convolution(layers.file(), fmt::format("classifier.{}", branch),
                                          {x.channels(), layers.options().classes, 3});
    layer.dilation = rate;
    sum = layers.graph().add_logits(layer, x, branch++ == 0 ? nullptr : &sum);
  }
  return sum;
}

template <typename Layers, typename Tensor>
Tensor add_deeplabv3(Layers& layers, const std::vector<Tensor>& features) {
  const bool classes_follow = layers.options().head != "torchvision";
  Tensor x = add_pyramid(layers, "classifier.0", features.back(), classes_follow);
  if (classes_follow) return layers.classes("classifier.1", x);
  x = layers.normed("classifier.1", "classifier.2", x,
                    {x.channels(), layers.options().aspp_channels, 3}, {});
  return layers.classes("classifier.4", x);
}

template <typename Layers, typename Tensor>
Tensor add_deeplabv3plus(Layers& layers, const std::vector<Tensor>& features) {
  const NetworkOptions& options = layers.options();
  const Tensor low =
      layers.unit("classifier.low_level", features.front(), options.low_level_channels, 1);
  const Tensor high = layers.graph().add_resize(
      add_pyramid(layers, "classifier.aspp", features.back()), low.rows(), low.columns());
  Tensor x = layers.graph().add_concatenation({high, low});
  x = layers.unit("classifier.decoder", x, options.decoder_channels, 3);
  x = layers.unit("classifier.refine", x, options.decoder_channels, 3);
  return layers.classes("classifier.logits", x);
}

}  // namespace heartlab
