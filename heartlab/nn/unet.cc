#include "heartlab/nn/unet.h"

#include "heartlab/nn/resize.h"

namespace heartlab {

UNet::UNet(int input_channels, const std::vector<int>& widths) {
  auto encoder = std::make_shared<torch::nn::ModuleListImpl>();
  auto decoder = std::make_shared<torch::nn::ModuleListImpl>();
  int in = input_channels;
  for (const int width : widths) {
    encoder_.emplace_back(in, std::vector<int>{width, width});
    encoder->push_back(encoder_.back());
    in = width;
  }
  for (auto width = widths.rbegin() + 1; width != widths.rend(); ++width) {
    decoder_.emplace_back(in + *width, std::vector<int>{*width, *width});
    decoder->push_back(decoder_.back());
    in = *width;
  }
  register_module("encoder", encoder);
  register_module("decoder", decoder);
}

Features UNet::forward(const torch::Tensor& image) {
  std::vector<torch::Tensor> levels;
  torch::Tensor x = image;
  for (auto& level : encoder_) {
    if (!levels.empty()) x = torch::max_pool2d(x, 2, 2, 0, 1, /*ceil_mode=*/true);
    levels.push_back(x = level->forward(x));
  }
  auto skipped = levels.rbegin();
  for (auto& level : decoder_) {
    ++skipped;
    x = level->forward(torch::cat({resize_like(x, *skipped), *skipped}, 1));
  }
  return {x};
}

}  // namespace heartlab
