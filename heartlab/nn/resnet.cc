#include "heartlab/nn/resnet.h"

#include "heartlab/nn/convolution.h"

namespace heartlab {
namespace {

namespace nn = torch::nn;

nn::Conv2d convolution(int in, int out, int kernel, int stride = 1, int dilation = 1) {
  return nn::Conv2d(padded(in, out, kernel, stride, dilation));
}

NormedConvolution shortcut_of(const BlockShape& shape) {
  return NormedConvolution(padded(shape.in, shape.out, 1, shape.stride), /*relu=*/false);
}

class BasicBlock : public BlockModule {
 public:
  explicit BasicBlock(const BlockShape& shape) {
    conv1_ = register_module("conv1",
                             convolution(shape.in, shape.width, 3, shape.stride, shape.dilation));
    bn1_ = register_module("bn1", BatchNorm(shape.width));
    conv2_ = register_module("conv2", convolution(shape.width, shape.out, 3, 1, shape.dilation));
    bn2_ = register_module("bn2", BatchNorm(shape.out));
    if (shape.projected) downsample_ = register_module("downsample", shortcut_of(shape));
  }
  Twice forward(const Twice& x) override {
    const auto y = normed_relu(bn1_, convolve(conv1_, x.first));
    return normed_relu(bn2_, convolve(conv2_, y), downsample_ ? downsample_(x.second) : x.second);
  }

 private:
  nn::Conv2d conv1_{nullptr}, conv2_{nullptr};
  BatchNorm bn1_{nullptr}, bn2_{nullptr};
  NormedConvolution downsample_{nullptr};
};

class Bottleneck : public BlockModule {
 public:
  explicit Bottleneck(const BlockShape& shape) {
    conv1_ = register_module("conv1", convolution(shape.in, shape.width, 1));
    bn1_ = register_module("bn1", BatchNorm(shape.width));
    conv2_ = register_module(
        "conv2", convolution(shape.width, shape.width, 3, shape.stride, shape.dilation));
    bn2_ = register_module("bn2", BatchNorm(shape.width));
    conv3_ = register_module("conv3", convolution(shape.width, shape.out, 1));
    bn3_ = register_module("bn3", BatchNorm(shape.out));
    if (shape.projected) downsample_ = register_module("downsample", shortcut_of(shape));
  }
  Twice forward(const Twice& x) override {
    auto y = normed_relu(bn1_, convolve(conv1_, x.first));
    y = normed_relu(bn2_, convolve(conv2_, y));
    return normed_relu(bn3_, convolve(conv3_, y), downsample_ ? downsample_(x.second) : x.second);
  }

 private:
  nn::Conv2d conv1_{nullptr}, conv2_{nullptr}, conv3_{nullptr};
  BatchNorm bn1_{nullptr}, bn2_{nullptr}, bn3_{nullptr};
  NormedConvolution downsample_{nullptr};
};

std::shared_ptr<BlockModule> make_block(const BlockShape& shape) {
  if (shape.bottleneck) return std::make_shared<Bottleneck>(shape);
  return std::make_shared<BasicBlock>(shape);
}

}  // namespace

ResNetImpl::ResNetImpl(const BackboneShape& shape) {
  conv1_ = register_module("conv1", convolution(shape.input_channels, kStemChannels, 7, 2));
  bn1_ = register_module("bn1", BatchNorm(kStemChannels));
  for (const auto& blocks : shape.stages) {
    const auto stage = std::make_shared<nn::ModuleListImpl>();
    stages_.emplace_back();
    for (const auto& block : blocks) {
      stages_.back().push_back(make_block(block));
      stage->push_back(std::static_pointer_cast<nn::Module>(stages_.back().back()));
    }
    register_module("layer" + std::to_string(stages_.size()), stage);
  }
}

Features ResNetImpl::forward(const torch::Tensor& x) {
  const auto stem = torch::max_pool2d(normed_relu(bn1_, convolve(conv1_, x)), 3, 2, 1);
  Twice y = {stem, stem};
  Features features;
  for (auto& stage : stages_) {
    for (auto& block : stage) y = block->forward(y);
    features.push_back(y.first);
  }
  return features;
}

}  // namespace heartlab
