#include "heartlab/nn/resnet.h"

namespace heartlab {
namespace {

namespace nn = torch::nn;

nn::Conv2d convolution(int in, int out, int kernel, int stride = 1, int dilation = 1) {
  return nn::Conv2d(nn::Conv2dOptions(in, out, kernel)
                        .stride(stride)
                        .dilation(dilation)
                        .padding(dilation * (kernel / 2))
                        .bias(false));
}

nn::Sequential shortcut(const BlockShape& shape) {
  return nn::Sequential(convolution(shape.in, shape.out, 1, shape.stride), BatchNorm(shape.out));
}

struct BasicBlockImpl : nn::Module {
  explicit BasicBlockImpl(const BlockShape& shape) {
    conv1 = register_module("conv1",
                            convolution(shape.in, shape.width, 3, shape.stride, shape.dilation));
    bn1 = register_module("bn1", BatchNorm(shape.width));
    conv2 = register_module("conv2", convolution(shape.width, shape.out, 3, 1, shape.dilation));
    bn2 = register_module("bn2", BatchNorm(shape.out));
    if (shape.projected) downsample = register_module("downsample", shortcut(shape));
  }
  torch::Tensor forward(const torch::Tensor& x) {
    auto y = bn1(conv1(x)).relu_();
    y = bn2(conv2(y));
    return y.add_(downsample.is_empty() ? x : downsample->forward(x)).relu_();
  }
  nn::Conv2d conv1{nullptr}, conv2{nullptr};
  BatchNorm bn1{nullptr}, bn2{nullptr};
  nn::Sequential downsample{nullptr};
};
TORCH_MODULE(BasicBlock);

struct BottleneckImpl : nn::Module {
  explicit BottleneckImpl(const BlockShape& shape) {
    conv1 = register_module("conv1", convolution(shape.in, shape.width, 1));
    bn1 = register_module("bn1", BatchNorm(shape.width));
    conv2 = register_module("conv2",
                            convolution(shape.width, shape.width, 3, shape.stride, shape.dilation));
    bn2 = register_module("bn2", BatchNorm(shape.width));
    conv3 = register_module("conv3", convolution(shape.width, shape.out, 1));
    bn3 = register_module("bn3", BatchNorm(shape.out));
    if (shape.projected) downsample = register_module("downsample", shortcut(shape));
  }
  torch::Tensor forward(const torch::Tensor& x) {
    auto y = bn1(conv1(x)).relu_();
    y = bn2(conv2(y)).relu_();
    y = bn3(conv3(y));
    return y.add_(downsample.is_empty() ? x : downsample->forward(x)).relu_();
  }
  nn::Conv2d conv1{nullptr}, conv2{nullptr}, conv3{nullptr};
  BatchNorm bn1{nullptr}, bn2{nullptr}, bn3{nullptr};
  nn::Sequential downsample{nullptr};
};
TORCH_MODULE(Bottleneck);

}  // namespace

ResNetImpl::ResNetImpl(const BackboneShape& shape) {
  conv1_ = register_module("conv1", convolution(shape.input_channels, kStemChannels, 7, 2));
  bn1_ = register_module("bn1", BatchNorm(kStemChannels));
  for (const auto& blocks : shape.stages) {
    nn::Sequential stage;
    for (const auto& block : blocks) {
      if (block.bottleneck) {
        stage->push_back(Bottleneck(block));
      } else {
        stage->push_back(BasicBlock(block));
      }
    }
    stages_.push_back(register_module("layer" + std::to_string(stages_.size() + 1), stage));
  }
}

Features ResNetImpl::forward(torch::Tensor x) {
  x = bn1_(conv1_(x)).relu_();
  x = torch::max_pool2d(x, 3, 2, 1);
  Features features;
  for (auto& stage : stages_) {
    x = stage->forward(x);
    if (!features.low_level.defined()) features.low_level = x;
  }
  features.high_level = x;
  return features;
}

}  // namespace heartlab
