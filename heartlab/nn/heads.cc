#include "heartlab/nn/heads.h"

#include "heartlab/nn/convolution.h"

namespace heartlab {
namespace {

namespace nn = torch::nn;
namespace F = torch::nn::functional;

nn::Conv2d convolution(int in, int out, int kernel, int dilation = 1, bool bias = false) {
  return nn::Conv2d(nn::Conv2dOptions(in, out, kernel)
                        .dilation(dilation)
                        .padding(dilation * (kernel / 2))
                        .bias(bias));
}

NormedConvolution normed_convolution(int in, int out, int kernel, int dilation = 1) {
  const auto options = nn::Conv2dOptions(in, out, kernel)
                           .dilation(dilation)
                           .padding(dilation * (kernel / 2))
                           .bias(false);
  return NormedConvolution(options, /*relu=*/true);
}

torch::Tensor resized(const torch::Tensor& x, torch::IntArrayRef size) {
  return F::interpolate(
      x, F::InterpolateFuncOptions().size(size.vec()).mode(torch::kBilinear).align_corners(false));
}

}  // namespace

AsppImpl::AsppImpl(int in, int channels, const std::vector<int>& rates, bool image_level_features) {
  auto convs = std::make_shared<nn::ModuleListImpl>();
  branches_.push_back(normed_convolution(in, channels, 1));
  for (const int rate : rates) branches_.push_back(normed_convolution(in, channels, 3, rate));
  for (auto& branch : branches_) convs->push_back(branch);
  if (image_level_features) {
    pool_convolution_ = convolution(in, channels, 1);
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
  project_ = register_module("project", normed_convolution(count * channels, channels, 1));
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

DeepLabV2Head::DeepLabV2Head(int in, int classes, const std::vector<int>& rates) {
  for (std::size_t i = 0; i < rates.size(); ++i) {
    branches_.push_back(
        register_module(std::to_string(i), convolution(in, classes, 3, rates[i], /*bias=*/true)));
  }
}

torch::Tensor DeepLabV2Head::forward(const Features& features) {
  torch::Tensor sum;
  for (auto& branch : branches_) {
    auto part = branch(features.high_level);
    sum = sum.defined() ? sum + part : part;
  }
  return sum;
}

DeepLabV3Head::DeepLabV3Head(int in, const AsppHeadOptions& options) {
  const int channels = options.channels;
  aspp_ = register_module("0", Aspp(in, channels, options.rates, options.image_level_features));
  if (options.extra_convolution) {
    // Names of torchvision's DeepLabHead: 1 is the convolution, 2 its norm, 3 the ReLU.
    extra_ = register_module("1", convolution(channels, channels, 3));
    extra_norm_ = register_module("2", BatchNorm(channels));
  }
  logits_ = register_module(options.extra_convolution ? "4" : "1",
                            convolution(channels, options.classes, 1, 1, /*bias=*/true));
}

torch::Tensor DeepLabV3Head::forward(const Features& features) {
  auto y = aspp_(features.high_level);
  if (extra_) y = normed_relu(extra_norm_, convolve(extra_, y));
  return logits_(y);
}

DeepLabV3PlusHead::DeepLabV3PlusHead(int low, int in, int low_level_channels, int decoder_channels,
                                     const AsppHeadOptions& options) {
  aspp_ = register_module("aspp",
                          Aspp(in, options.channels, options.rates, options.image_level_features));
  low_level_ = register_module("low_level", normed_convolution(low, low_level_channels, 1));
  decoder_ = register_module(
      "decoder", normed_convolution(options.channels + low_level_channels, decoder_channels, 3));
  refine_ = register_module("refine", normed_convolution(decoder_channels, decoder_channels, 3));
  logits_ = register_module("logits",
                            convolution(decoder_channels, options.classes, 1, 1, /*bias=*/true));
}

torch::Tensor DeepLabV3PlusHead::forward(const Features& features) {
  auto low = low_level_->forward(features.low_level);
  auto high = resized(aspp_(features.high_level), low.sizes().slice(2));
  return logits_(refine_->forward(decoder_->forward(torch::cat({high, low}, 1))));
}

}  // namespace heartlab
