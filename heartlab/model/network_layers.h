#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "heartlab/core/error.h"
#include "heartlab/model/context_layers.h"
#include "heartlab/model/deeplab_layers.h"
#include "heartlab/model/fcn_layers.h"
#include "heartlab/model/mobilenet_layers.h"
#include "heartlab/model/parsenet_layers.h"
#include "heartlab/model/resnet_layers.h"
#include "heartlab/model/segnet_layers.h"
#include "heartlab/model/unet_layers.h"

namespace heartlab {

// The feature maps that a network's head reads, front to back (feature_channels).
template <typename Layers, typename Tensor>
std::vector<Tensor> add_features(Layers& layers, const Tensor& image) {
  if (layers.options().network == "unet") return {add_unet(layers, image)};
  if (layers.options().network == "segnet") return {add_segnet(layers, image)};
  if (is_mobilenet(layers.options())) return add_mobilenet(layers, image);
  return add_resnet(layers, image);
}

// A network's logits in its head's own resolution.
template <typename Layers, typename Tensor>
Tensor add_head(Layers& layers, const std::vector<Tensor>& features) {
  const std::string& network = layers.options().network;
  if (network == "deeplabv2") return add_deeplabv2(layers, features);
  if (network == "deeplabv3") return add_deeplabv3(layers, features);
  if (network == "deeplabv3plus") return add_deeplabv3plus(layers, features);
  if (network.starts_with("fcn")) return add_fcn(layers, features);
  if (network == "dilated_context") return add_dilated_context(layers, features);
  if (network == "parsenet") return add_parsenet(layers, features);
  if (network == "deeplabv3cascade" || !has_backbone(layers.options())) {
    return layers.classes("classifier.logits", features.back());
  }
  fail(ErrorKind::kUnsupported, "{}: unknown network '{}'", layers.file().name(), network);
}

// Adds the whole network that `options` describe, from an image to its logits in the image's size:
// that of each of the options' scales, fused by their maximum. An Error names a tensor of `file`
// that is missing, of another shape, or not finite, or a layer that `quantisation` names wrongly.
template <typename Graph, typename Tensor>
Tensor add_network(Graph& graph, const Tensor& image, const NetworkOptions& options,
                   const TensorFile& file, const Quantisation& quantisation) {
  LayerAdder<Graph, Tensor> layers(graph, options, file, quantisation);
  const auto scales = options.scales.empty() ? std::vector<double>{1.0} : options.scales;
  std::vector<Tensor> fused;
  for (const double scale : scales) {
    const auto scaled = [scale](int side) {
      return std::max(1, static_cast<int>(std::lround(scale * side)));
    };
    const Tensor seen = graph.add_resize(image, scaled(image.rows()), scaled(image.columns()));
    const Tensor logits = add_head(layers, add_features(layers, seen));
    const Tensor full = graph.add_resize(logits, image.rows(), image.columns());
    fused = {fused.empty() ? full : graph.add_maximum(fused.front(), full)};
  }
  layers.check_quantisation();
  return fused.front();
}

}  // namespace heartlab
