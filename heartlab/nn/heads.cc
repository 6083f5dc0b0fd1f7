#include "heartlab/nn/heads.h"

#include "heartlab/nn/convolution.h"
#include "heartlab/nn/resize.h"

namespace heartlab {
namespace {

namespace nn = torch::nn;

NormedConvolution unit(int in, int out, int kernel, int dilation = 1) {
  return NormedConvolution(padded(in, out, kernel, 1, dilation), /*relu=*/true);
}

nn::Conv2d logits_layer(int in, int classes) {
  return nn::Conv2d(padded(in, classes, 1).bias(true));
}

}  // namespace

AsppImpl::AsppImpl(int in, int channels, const std::vector<int>& rates, bool image_level_features) {
  auto convs = std::make_shared<nn::ModuleListImpl>();
  branches_.push_back(unit(in, channels, 1));
  for (const int rate : rates) branches_.push_back(unit(in, channels, 3, rate));
  for (auto& branch : branches_) convs->push_back(branch);
  if (image_level_features) {
    pool_convolution_ = nn::Conv2d(padded(in, channels, 1));
    pool_norm_ = BatchNorm(channels);
    // Places 1 and 2, as in torchvision, where 0 is the pooling itself.
    nn::Sequential pool;
    pool->push_back(nn::Identity());
    pool->push_back(pool_convolution_);
    pool->push_back(pool_norm_);
    convs->push_back(pool);
  }
  const auto count = static_cast<int>(branches_.size()) + (image_level_features ? 1 : 0);
  register_module("convs", convs);
  project_ = register_module("project", unit(count * channels, channels, 1));
}

torch::Tensor AsppImpl::pooled(const torch::Tensor& x) {
  auto pool = torch::mean(x, {2, 3}, /*keepdim=*/true);
  pool = torch::relu(pool_norm_(convolve(pool_convolution_, pool)));
  return pool.expand({-1, -1, x.size(2), x.size(3)});
}

torch::Tensor AsppImpl::forward(const torch::Tensor& x) {
  std::vector<torch::Tensor> parts;
  for (auto& branch : branches_) parts.push_back(branch->forward(x));
  if (pool_convolution_) parts.push_back(pooled(x));
  return project_->forward(torch::cat(parts, 1));
}

LogitsHead::LogitsHead(int in, int classes)
    : logits_(register_module("logits", logits_layer(in, classes))) {}

torch::Tensor LogitsHead::forward(const Features& features) { return logits_(features.back()); }

DeepLabV2Head::DeepLabV2Head(int in, int classes, const std::vector<int>& rates) {
  for (std::size_t i = 0; i < rates.size(); ++i) {
    branches_.push_back(register_module(
        std::to_string(i), nn::Conv2d(padded(in, classes, 3, 1, rates[i]).bias(true))));
  }
}

torch::Tensor DeepLabV2Head::forward(const Features& features) {
  torch::Tensor sum;
  for (auto& branch : branches_) {
    auto part = branch(features.back());
    sum = sum.defined() ? sum + part : part;
  }
  return sum;
}

DeepLabV3Head::DeepLabV3Head(int in, const AsppHeadOptions& options) {
  const int channels = options.channels;
  aspp_ = register_module("0", Aspp(in, channels, options.rates, options.image_level_features));
  if (options.extra_convolution) {
    // Names of torchvision's DeepLabHead: 1 is the convolution, 2 its norm, 3 the ReLU.
    extra_ = register_module("1", nn::Conv2d(padded(channels, channels, 3)));
    extra_norm_ = register_module("2", BatchNorm(channels));
  }
  logits_ = register_module(options.extra_convolution ? "4" : "1",
                            logits_layer(channels, options.classes));
}

torch::Tensor DeepLabV3Head::forward(const Features& features) {
  auto y = aspp_(features.back());
  if (extra_) y = normed_relu(extra_norm_, convolve(extra_, y));
  return logits_(y);
}

DeepLabV3PlusHead::DeepLabV3PlusHead(int low, int in, int low_level_channels, int decoder_channels,
                                     const AsppHeadOptions& options) {
  aspp_ = register_module("aspp",
                          Aspp(in, options.channels, options.rates, options.image_level_features));
  low_level_ = register_module("low_level", unit(low, low_level_channels, 1));
  decoder_ =
      register_module("decoder", unit(options.channels + low_level_channels, decoder_channels, 3));
  refine_ = register_module("refine", unit(decoder_channels, decoder_channels, 3));
  logits_ = register_module("logits", logits_layer(decoder_channels, options.classes));
}

torch::Tensor DeepLabV3PlusHead::forward(const Features& features) {
  auto low = low_level_->forward(features.front());
  auto high = resize_like(aspp_(features.back()), low);
  return logits_(refine_->forward(decoder_->forward(torch::cat({high, low}, 1))));
}

}  // namespace heartlab
