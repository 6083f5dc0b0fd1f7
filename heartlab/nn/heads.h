#pragma once

#include <torch/nn.h>

#include <vector>

#include "heartlab/nn/features.h"
#include "heartlab/nn/norm.h"

namespace heartlab {

// Atrous spatial pyramid pooling of DeepLabv3 (arXiv 1706.05587, section 3.3): a 1x1 branch, one
// 3x3 branch a rate, image-level features; each with batch norm and ReLU, joined by one more 1x1.
class AsppImpl : public torch::nn::Module {
 public:
  AsppImpl(int in, int channels, const std::vector<int>& rates, bool image_level_features);
  torch::Tensor forward(const torch::Tensor& x);

 private:
  torch::Tensor pooled(const torch::Tensor& x);

  std::vector<NormedConvolution> branches_;
  torch::nn::Conv2d pool_convolution_{nullptr};
  BatchNorm pool_norm_{nullptr};
  NormedConvolution project_{nullptr};
};
TORCH_MODULE(Aspp);

// A 1x1 convolution with bias from the last features to the logits.
class LogitsHead : public HeadModule {
 public:
  LogitsHead(int in, int classes);
  torch::Tensor forward(const Features& features) override;

 private:
  torch::nn::Conv2d logits_{nullptr};
};

// DeepLabv2 (arXiv 1606.00915, section 3.3): one 3x3 convolution with bias a rate straight to the
// classes, summed.
class DeepLabV2Head : public HeadModule {
 public:
  DeepLabV2Head(int in, int classes, const std::vector<int>& rates);
  torch::Tensor forward(const Features& features) override;

 private:
  std::vector<torch::nn::Conv2d> branches_;
};

struct AsppHeadOptions {
  int channels = 256;
  int classes = 2;
  std::vector<int> rates;
  bool image_level_features = true;
  bool extra_convolution = false;  // torchvision's 3x3 with batch norm before the logits
};

// DeepLabv3: ASPP, then 1x1 to the logits.
class DeepLabV3Head : public HeadModule {
 public:
  DeepLabV3Head(int in, const AsppHeadOptions& options);
  torch::Tensor forward(const Features& features) override;

 private:
  Aspp aspp_{nullptr};
  torch::nn::Conv2d extra_{nullptr};
  BatchNorm extra_norm_{nullptr};
  torch::nn::Conv2d logits_{nullptr};
};

// DeepLabv3+ (arXiv 1802.02611, section 3.1): ASPP, enlarged to stride 4, joined with low-level
// features, two 3x3 convolutions, 1x1 to the logits.
class DeepLabV3PlusHead : public HeadModule {
 public:
  DeepLabV3PlusHead(int low, int in, int low_level_channels, int decoder_channels,
                    const AsppHeadOptions& options);
  torch::Tensor forward(const Features& features) override;

 private:
  Aspp aspp_{nullptr};
  NormedConvolution low_level_{nullptr};
  NormedConvolution decoder_{nullptr};
  NormedConvolution refine_{nullptr};
  torch::nn::Conv2d logits_{nullptr};
};

}  // namespace heartlab
