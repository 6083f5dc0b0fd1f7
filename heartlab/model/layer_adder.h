#pragma once

#include <set>
#include <string>
#include <vector>

#include "heartlab/core/error.h"
#include "heartlab/core/tensor_file.h"
#include "heartlab/model/convolution.h"
#include "heartlab/model/network_options.h"

namespace heartlab {

// Adds single layers to a graph, by their names in the model file. A Graph is what operations are
// asked of; a Tensor knows its channels(), rows() and columns().
template <typename Graph, typename TensorType>
class LayerAdder {
 public:
  using Tensor = TensorType;

  struct Place {
    int stride = 1;
    int dilation = 1;
    Activation activation = Activation::kRelu;
    bool exact = false, wide = false;
  };

  // All of them must outlive it.
  LayerAdder(Graph& graph, const NetworkOptions& options, const TensorFile& file,
             const Quantisation& quantisation)
      : graph_(graph), options_(options), file_(file), quantisation_(quantisation) {}

  Graph& graph() { return graph_; }
  const NetworkOptions& options() const { return options_; }
  const TensorFile& file() const { return file_; }

  // A convolution and its batch norm; where `residual` is given it is added before the ReLU.
  Tensor normed(const std::string& name, const std::string& norm, const Tensor& source,
                const ConvolutionShape& shape, const Place& place, const Tensor* residual = nullptr,
                float epsilon = 1e-5F) {
    return placed(normed_convolution(file_, name, norm, shape, epsilon), source, place, residual);
  }

  // A Sequential of convolution, norm, ReLU: places 0 and 1.
  Tensor unit(const std::string& name, const Tensor& source, int out, int kernel,
              int dilation = 1) {
    return normed(name + ".0", name + ".1", source, {source.channels(), out, kernel},
                  {1, dilation, Activation::kRelu});
  }

  // A convolution with bias and without norm.
  Tensor plain(const std::string& name, const Tensor& source, const ConvolutionShape& shape,
               const Place& place) {
    return placed(plain_convolution(file_, name, shape), source, place, nullptr);
  }

  // A 1x1 convolution to the classes; where `residual` is given it is added.
  Tensor classes(const std::string& name, const Tensor& x, const Tensor* residual = nullptr) {
    return graph_.add_logits(plain_convolution(file_, name, {x.channels(), options_.classes, 1}), x,
                             residual);
  }

  // An Error (kBadInput) where the quantisation names what cannot be computed in 8 bits, or is no
  // layer. Once all are added.
  void check_quantisation() const {
    for (const auto& [name, range] : quantisation_.layers) {
      if (in_eight_bits_.contains(name)) continue;
      fail(ErrorKind::kBadInput,
           "{}: quantisation of {}: the network has no such layer that can be computed in 8 bits",
           file_.name(), name);
    }
  }

 private:
  Tensor placed(Convolution layer, const Tensor& source, const Place& place,
                const Tensor* residual) {
    layer.stride = place.stride;
    layer.dilation = place.dilation;
    layer.activation = place.activation;
    layer.exact = place.exact;
    layer.wide = place.wide;
    if (first_.empty()) first_ = layer.name;
    layer.sees_image = layer.name == first_;
    const auto range = quantisation_.layers.find(layer.name);
    if (range != quantisation_.layers.end() && layer.suits_eight_bits()) {
      layer.range = range->second;
      in_eight_bits_.insert(layer.name);
    }
    return graph_.add_convolution(layer, source, residual);
  }

  Graph& graph_;
  const NetworkOptions& options_;
  const TensorFile& file_;
  const Quantisation& quantisation_;
  std::string first_;  // the layer that sees the image
  std::set<std::string> in_eight_bits_;
};

}  // namespace heartlab
