#include "heartlab/nn/mobilenet.h"

#include <algorithm>

#include "heartlab/nn/convolution.h"

namespace heartlab {
namespace {

namespace nn = torch::nn;

}  // namespace

// Squeeze-and-excitation (arXiv 1709.01507) with a hard sigmoid.
class MobileNet::Excitation : public nn::Module {
 public:
  Excitation(int channels, int squeezed) {
    fc1_ = register_module("fc1", nn::Conv2d(padded(channels, squeezed, 1).bias(true)));
    fc2_ = register_module("fc2", nn::Conv2d(padded(squeezed, channels, 1).bias(true)));
  }
  torch::Tensor forward(const torch::Tensor& x) {
    const auto mean = x.mean({2, 3}, /*keepdim=*/true);
    return x * torch::hardsigmoid(fc2_(torch::relu(fc1_(mean))));
  }

 private:
  nn::Conv2d fc1_{nullptr}, fc2_{nullptr};
};

MobileUnitImpl::MobileUnitImpl(const nn::Conv2dOptions& options, Activation activation)
    : activation_(activation) {
  convolution_ = register_module("0", nn::Conv2d(options));
  norm_ = register_module("1", BatchNorm(options.out_channels(), kMobileNetEpsilon));
}

torch::Tensor MobileUnitImpl::forward(const torch::Tensor& x) {
  const bool whole = convolution_->options.groups() == 1;
  const auto y = whole ? convolve(convolution_, x) : convolution_(x);
  if (activation_ == Activation::kRelu) return normed_relu(norm_, y);
  return activation_ == Activation::kHardSwish ? torch::hardswish(normed(norm_, y))
                                               : normed(norm_, y);
}

class MobileNet::Block : public nn::Module {
 public:
  explicit Block(const InvertedResidual& shape) : is_added_(shape.is_added()) {
    auto list = std::make_shared<nn::ModuleListImpl>();
    const int width = shape.expanded;
    if (width != shape.in) {
      expand_ = MobileUnit(padded(shape.in, width, 1), shape.activation);
      list->push_back(expand_);
    }
    depthwise_ =
        MobileUnit(padded(width, width, shape.kernel, shape.stride, shape.dilation).groups(width),
                   shape.activation);
    list->push_back(depthwise_);
    if (shape.squeezed > 0) {
      excitation_ = std::make_shared<Excitation>(width, shape.squeezed);
      list->push_back(std::static_pointer_cast<nn::Module>(excitation_));
    }
    project_ = MobileUnit(padded(width, shape.out, 1), Activation::kNone);
    list->push_back(project_);
    register_module("block", list);
  }

  torch::Tensor forward(const torch::Tensor& x) {
    auto y = depthwise_(expand_ ? expand_(x) : x);
    if (excitation_) y = excitation_->forward(y);
    y = project_(y);
    return is_added_ ? x + y : y;
  }

 private:
  MobileUnit expand_{nullptr}, depthwise_{nullptr}, project_{nullptr};
  std::shared_ptr<Excitation> excitation_;
  bool is_added_;
};

MobileNet::MobileNet(const MobileNetShape& shape) : feature_blocks_(shape.feature_blocks) {
  auto list = std::make_shared<nn::ModuleListImpl>();
  first_ = MobileUnit(padded(shape.input_channels, shape.blocks.front().in, 3, 2),
                      Activation::kHardSwish);
  list->push_back(first_);
  for (const auto& block : shape.blocks) {
    blocks_.push_back(std::make_shared<Block>(block));
    list->push_back(std::static_pointer_cast<nn::Module>(blocks_.back()));
  }
  last_ = MobileUnit(padded(shape.blocks.back().out, shape.last, 1), Activation::kHardSwish);
  list->push_back(last_);
  register_module("features", list);
}

Features MobileNet::forward(const torch::Tensor& image) {
  Features features;
  torch::Tensor x = first_(image);
  int number = 0;
  for (auto& block : blocks_) {
    x = block->forward(x);
    if (std::ranges::count(feature_blocks_, ++number) > 0) features.push_back(x);
  }
  features.push_back(last_(x));
  return features;
}

}  // namespace heartlab
