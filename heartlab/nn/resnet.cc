#include "heartlab/nn/resnet.h"

#include <algorithm>

#include "heartlab/core/error.h"

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

nn::Sequential shortcut(int in, int out, int stride) {
  return nn::Sequential(convolution(in, out, 1, stride), nn::BatchNorm2d(out));
}

struct BasicBlockImpl : nn::Module {
  BasicBlockImpl(int in, int width, int stride, int dilation) {
    conv1 = register_module("conv1", convolution(in, width, 3, stride, dilation));
    bn1 = register_module("bn1", nn::BatchNorm2d(width));
    conv2 = register_module("conv2", convolution(width, width, 3, 1, dilation));
    bn2 = register_module("bn2", nn::BatchNorm2d(width));
    if (stride != 1 || in != width) {
      downsample = register_module("downsample", shortcut(in, width, stride));
    }
  }
  torch::Tensor forward(const torch::Tensor& x) {
    auto y = bn1(conv1(x)).relu_();
    y = bn2(conv2(y));
    return y.add_(downsample.is_empty() ? x : downsample->forward(x)).relu_();
  }
  nn::Conv2d conv1{nullptr}, conv2{nullptr};
  nn::BatchNorm2d bn1{nullptr}, bn2{nullptr};
  nn::Sequential downsample{nullptr};
};
TORCH_MODULE(BasicBlock);

constexpr int kExpansion = 4;

struct BottleneckImpl : nn::Module {
  BottleneckImpl(int in, int width, int stride, int dilation) {
    const int out = width * kExpansion;
    conv1 = register_module("conv1", convolution(in, width, 1));
    bn1 = register_module("bn1", nn::BatchNorm2d(width));
    conv2 = register_module("conv2", convolution(width, width, 3, stride, dilation));
    bn2 = register_module("bn2", nn::BatchNorm2d(width));
    conv3 = register_module("conv3", convolution(width, out, 1));
    bn3 = register_module("bn3", nn::BatchNorm2d(out));
    if (stride != 1 || in != out) {
      downsample = register_module("downsample", shortcut(in, out, stride));
    }
  }
  torch::Tensor forward(const torch::Tensor& x) {
    auto y = bn1(conv1(x)).relu_();
    y = bn2(conv2(y)).relu_();
    y = bn3(conv3(y));
    return y.add_(downsample.is_empty() ? x : downsample->forward(x)).relu_();
  }
  nn::Conv2d conv1{nullptr}, conv2{nullptr}, conv3{nullptr};
  nn::BatchNorm2d bn1{nullptr}, bn2{nullptr}, bn3{nullptr};
  nn::Sequential downsample{nullptr};
};
TORCH_MODULE(Bottleneck);

struct Depth {
  const char* name;
  bool bottleneck;
  int blocks[4];
};

constexpr Depth kDepths[] = {
    {"resnet18", false, {2, 2, 2, 2}},
    {"resnet34", false, {3, 4, 6, 3}},
    {"resnet50", true, {3, 4, 6, 3}},
    {"resnet101", true, {3, 4, 23, 3}},
};

const Depth& find_depth(const std::string& name) {
  for (const auto& depth : kDepths) {
    if (name == depth.name) return depth;
  }
  fail(ErrorKind::kUsage,
       "backbone: expected resnet18, resnet34, resnet50 or resnet101, found '{}'", name);
}

}  // namespace

ResNetImpl::ResNetImpl(const ResNetOptions& options) {
  const Depth& depth = find_depth(options.depth);
  bottleneck_ = depth.bottleneck;
  conv1_ = register_module("conv1", convolution(options.input_channels, 64, 7, 2));
  bn1_ = register_module("bn1", nn::BatchNorm2d(64));
  for (int stage = 0; stage < 4; ++stage) {
    stages_.push_back(register_module("layer" + std::to_string(stage + 1),
                                      make_stage(stage, depth.blocks[stage], options)));
    if (stage == 0) low_level_channels_ = in_channels_;
  }
  high_level_channels_ = in_channels_;
}

nn::Sequential ResNetImpl::make_stage(int stage, int blocks, const ResNetOptions& options) {
  const int width = 64 << stage;
  const int wanted_stride = stage == 0 ? 1 : 2;
  int stride = wanted_stride;
  const int dilation_before = dilation_;
  if (stride_so_far_ * wanted_stride > options.output_stride) {
    dilation_ *= wanted_stride;
    stride = 1;
  }
  stride_so_far_ *= stride;

  nn::Sequential made;
  for (int block = 0; block < blocks; ++block) {
    int dilation = block == 0 && options.lagging_dilation ? dilation_before : dilation_;
    if (stage == 3 && !options.multi_grid.empty()) {
      const auto last = options.multi_grid.size() - 1;
      dilation *= options.multi_grid[std::min<std::size_t>(static_cast<std::size_t>(block), last)];
    }
    const int block_stride = block == 0 ? stride : 1;
    if (bottleneck_) {
      made->push_back(Bottleneck(in_channels_, width, block_stride, dilation));
      in_channels_ = width * kExpansion;
    } else {
      made->push_back(BasicBlock(in_channels_, width, block_stride, dilation));
      in_channels_ = width;
    }
  }
  return made;
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
