#pragma once

#include <torch/nn.h>

#include <string>
#include <vector>

namespace heartlab {

// Feature maps of a backbone.
struct Features {
  torch::Tensor low_level;   // after the first stage, stride 4
  torch::Tensor high_level;  // after the last stage, the output stride
};

struct ResNetOptions {
  std::string depth = "resnet101";  // resnet18, resnet34, resnet50, resnet101
  int input_channels = 1;
  int output_stride = 16;  // 8 or 16: where striding ends, dilation doubles instead
  // Dilation factors of the blocks of the last stage (arXiv 1706.05587, section 4.2.1); blocks
  // beyond the list take its last. {1} everywhere gives the plain dilated network.
  std::vector<int> multi_grid = {1, 2, 4};
  // The first block of a stage that dilates keeps the dilation of the stage before it, as in
  // torchvision's published networks.
  bool lagging_dilation = false;
};

// ResNet (He et al., arXiv 1512.03385) with atrous convolution, stride in the 3x3 of a bottleneck,
// names of parameters as torchvision has them. Input Nx[input_channels]xHxW.
class ResNetImpl : public torch::nn::Module {
 public:
  explicit ResNetImpl(const ResNetOptions& options);
  Features forward(torch::Tensor x);

  int low_level_channels() const { return low_level_channels_; }
  int high_level_channels() const { return high_level_channels_; }

 private:
  torch::nn::Sequential make_stage(int stage, int blocks, const ResNetOptions& options);

  bool bottleneck_;
  int in_channels_ = 64;
  int stride_so_far_ = 4;
  int dilation_ = 1;
  int low_level_channels_ = 0;
  int high_level_channels_ = 0;
  torch::nn::Conv2d conv1_{nullptr};
  torch::nn::BatchNorm2d bn1_{nullptr};
  std::vector<torch::nn::Sequential> stages_;
};
TORCH_MODULE(ResNet);

}  // namespace heartlab
