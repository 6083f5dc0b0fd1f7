#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "heartlab/core/error.h"
#include "heartlab/core/tensor_file.h"
#include "heartlab/model/architecture.h"
#include "heartlab/model/convolution.h"

namespace heartlab {

// Adds the layers of a network to a graph, by their names in the model file. A Graph is what the
// operations below are asked of; a Tensor knows its channels(), rows() and columns().
template <typename Graph, typename Tensor>
class NetworkLayers {
 public:
  NetworkLayers(Graph& graph, const NetworkOptions& options, const TensorFile& file,
                const Quantisation& quantisation)
      : graph_(graph), options_(options), file_(file), quantisation_(quantisation) {}

  Tensor logits(const Tensor& image) {
    const Features features = backbone(image);
    if (options_.network == "deeplabv2") return deeplabv2(features);
    if (options_.network == "deeplabv3") return deeplabv3(features);
    if (options_.network == "deeplabv3plus") return deeplabv3plus(features);
    fail(ErrorKind::kUnsupported, "{}: unknown network '{}'", file_.name(), options_.network);
  }

 private:
  struct Features {
    Tensor low_level;
    Tensor high_level;
  };

  struct Place {
    int stride = 1;
    int dilation = 1;
    bool relu = true;
  };

  Tensor normed(const std::string& name, const std::string& norm, const Tensor& source,
                const ConvolutionShape& shape, const Place& place,
                const Tensor* residual = nullptr) {
    Convolution layer = normed_convolution(file_, name, norm, shape);
    layer.stride = place.stride;
    layer.dilation = place.dilation;
    layer.relu = place.relu;
    const auto range = quantisation_.layers.find(name);
    if (range != quantisation_.layers.end()) layer.range = range->second;
    return graph_.add_convolution(layer, source, residual);
  }

  // A Sequential of convolution, norm, ReLU: places 0 and 1.
  Tensor unit(const std::string& name, const Tensor& source, int out, int kernel,
              int dilation = 1) {
    return normed(name + ".0", name + ".1", source, {source.channels(), out, kernel},
                  {1, dilation, true});
  }

  Features backbone(const Tensor& image) {
    const BackboneShape shape = backbone_shape(options_);
    Tensor x = normed("backbone.conv1", "backbone.bn1", image,
                      {shape.input_channels, kStemChannels, 7}, {2, 1, true});
    x = graph_.add_max_pool(x);
    Features features;
    for (std::size_t stage = 0; stage < shape.stages.size(); ++stage) {
      const auto& blocks = shape.stages[stage];
      for (std::size_t i = 0; i < blocks.size(); ++i) {
        x = block(fmt::format("backbone.layer{}.{}", stage + 1, i), blocks[i], x);
      }
      if (stage == 0) features.low_level = x;
    }
    features.high_level = x;
    return features;
  }

  // The residual's memory takes the sum. Nothing else still needs it: the low-level features' next
  // reader, the second stage, begins with a projection.
  Tensor block(const std::string& name, const BlockShape& shape, const Tensor& x) {
    Tensor shortcut = x;
    if (shape.projected) {
      shortcut = normed(name + ".downsample.0", name + ".downsample.1", x, {shape.in, shape.out, 1},
                        {shape.stride, 1, false});
    }
    const Place middle{shape.stride, shape.dilation, true};
    const Place last{1, shape.bottleneck ? 1 : shape.dilation, true};
    Tensor y = x;
    if (shape.bottleneck) {
      y = normed(name + ".conv1", name + ".bn1", y, {shape.in, shape.width, 1}, {});
      y = normed(name + ".conv2", name + ".bn2", y, {shape.width, shape.width, 3}, middle);
      return normed(name + ".conv3", name + ".bn3", y, {shape.width, shape.out, 1}, last,
                    &shortcut);
    }
    y = normed(name + ".conv1", name + ".bn1", y, {shape.in, shape.width, 3}, middle);
    return normed(name + ".conv2", name + ".bn2", y, {shape.width, shape.out, 3}, last, &shortcut);
  }

  Tensor pyramid(const std::string& name, const Tensor& x) {
    const int channels = options_.aspp_channels;
    std::vector<Tensor> parts = {unit(name + ".convs.0", x, channels, 1)};
    for (const int rate : pyramid_rates(options_)) {
      parts.push_back(unit(fmt::format("{}.convs.{}", name, parts.size()), x, channels, 3, rate));
    }
    if (options_.image_level_features) {
      const std::string pool = fmt::format("{}.convs.{}", name, parts.size());
      const Tensor mean =
          normed(pool + ".1", pool + ".2", graph_.add_mean(x), {x.channels(), channels, 1}, {});
      parts.push_back(graph_.add_resize(mean, x.rows(), x.columns()));
    }
    return unit(name + ".project", graph_.add_concatenation(parts), channels, 1);
  }

  Tensor classes(const std::string& name, const Tensor& x) {
    return graph_.add_logits(plain_convolution(file_, name, {x.channels(), options_.classes, 1}),
                             x);
  }

  // The branches' sum is one convolution after the other into the same memory.
  Tensor deeplabv2(const Features& features) {
    const Tensor& x = features.high_level;
    Tensor sum;
    int branch = 0;
    for (const int rate : pyramid_rates(options_)) {
      Convolution layer = plain_convolution(file_, fmt::format("classifier.{}", branch),
                                            {x.channels(), options_.classes, 3});
      layer.dilation = rate;
      sum = graph_.add_logits(layer, x, branch++ == 0 ? nullptr : &sum);
    }
    return sum;
  }

  Tensor deeplabv3(const Features& features) {
    Tensor x = pyramid("classifier.0", features.high_level);
    if (options_.head != "torchvision") return classes("classifier.1", x);
    x = normed("classifier.1", "classifier.2", x, {x.channels(), options_.aspp_channels, 3}, {});
    return classes("classifier.4", x);
  }

  Tensor deeplabv3plus(const Features& features) {
    const Tensor low =
        unit("classifier.low_level", features.low_level, options_.low_level_channels, 1);
    const Tensor high = graph_.add_resize(pyramid("classifier.aspp", features.high_level),
                                          low.rows(), low.columns());
    Tensor x = graph_.add_concatenation({high, low});
    x = unit("classifier.decoder", x, options_.decoder_channels, 3);
    x = unit("classifier.refine", x, options_.decoder_channels, 3);
    return classes("classifier.logits", x);
  }

  Graph& graph_;
  const NetworkOptions& options_;
  const TensorFile& file_;
  const Quantisation& quantisation_;
};

// Adds the whole network that `options` describe, from an image to its logits in the image's size:
// that of each of the options' scales, fused by their maximum. An Error names a tensor of `file`
// that is missing, of another shape, or not finite.
template <typename Graph, typename Tensor>
Tensor add_network(Graph& graph, const Tensor& image, const NetworkOptions& options,
                   const TensorFile& file, const Quantisation& quantisation) {
  NetworkLayers<Graph, Tensor> layers(graph, options, file, quantisation);
  const auto scales = options.scales.empty() ? std::vector<double>{1.0} : options.scales;
  std::vector<Tensor> fused;
  for (const double scale : scales) {
    const auto scaled = [scale](int side) {
      return std::max(1, static_cast<int>(std::lround(scale * side)));
    };
    const Tensor seen = graph.add_resize(image, scaled(image.rows()), scaled(image.columns()));
    const Tensor full = graph.add_resize(layers.logits(seen), image.rows(), image.columns());
    fused = {fused.empty() ? full : graph.add_maximum(fused.front(), full)};
  }
  return fused.front();
}

}  // namespace heartlab
