#include "heartlab/nn/context.h"

#include "heartlab/model/context_module.h"
#include "heartlab/nn/convolution.h"

namespace heartlab {
namespace {

// Of the noise, over the weights that make the identity.
constexpr double kNoise = 0.01;
// Of all scores at first: a ReLU passes nothing on, forward or back, of scores below 0.
constexpr double kInitialScore = 5;

// Each filter sums its inputs of its own class, times classes / filters (equation 5).
torch::Tensor identity(const torch::Tensor& like, int64_t classes, Generator generator) {
  auto weight = torch::empty(like.sizes(), torch::kFloat);
  const int64_t out = weight.size(0), in = weight.size(1), taps = weight[0][0].numel();
  const double whole = static_cast<double>(classes) / static_cast<double>(out);
  auto* values = weight.data_ptr<float>();
  for (int64_t b = 0; b < out; ++b) {
    for (int64_t a = 0; a < in; ++a) {
      const bool same_class = a * classes / in == b * classes / out;
      for (int64_t tap = 0; tap < taps; ++tap) {
        const bool kept = same_class && tap == taps / 2;
        *values++ = static_cast<float>(kept ? whole : kNoise * whole * generator.normal());
      }
    }
  }
  return weight;
}

}  // namespace

ContextHead::ContextHead(int in, int classes) : classes_(classes) {
  front_end_ = register_module("front_end", torch::nn::Conv2d(padded(in, classes, 1).bias(true)));
  auto list = std::make_shared<torch::nn::ModuleListImpl>();
  int before = classes;
  for (const auto& [multiple, kernel, dilation] : kContextLayers) {
    const int width = multiple * classes;
    layers_.emplace_back(padded(before, width, kernel, 1, dilation).bias(true));
    list->push_back(layers_.back());
    before = width;
  }
  register_module("context", list);
}

torch::Tensor ContextHead::context(const torch::Tensor& scores) {
  torch::Tensor x = scores;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    x = layers_[i](x);
    if (i + 1 < layers_.size()) x = torch::relu(x);
  }
  return x;
}

torch::Tensor ContextHead::forward(const Features& features) {
  return context(front_end_(features.back()));
}

void ContextHead::initialise(const Generator& generator) {
  front_end_->bias.fill_(kInitialScore);
  std::uint64_t index = 0;
  for (auto& layer : layers_) {
    layer->weight.copy_(identity(layer->weight, classes_, generator.fork(index++)));
  }
}

}  // namespace heartlab
