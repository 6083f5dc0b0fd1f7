#include "heartlab/nn/segnet.h"

#include <tuple>

namespace heartlab {

Pooled pool_with_places(const torch::Tensor& x) {
  Pooled pooled;
  std::tie(pooled.values, pooled.places) =
      torch::max_pool2d_with_indices(x, 2, 2, 0, 1, /*ceil_mode=*/true);
  pooled.size = x.sizes().slice(2).vec();
  return pooled;
}

torch::Tensor unpool(const torch::Tensor& values, const Pooled& pooled) {
  return torch::max_unpool2d(values.to(torch::kFloat), pooled.places, pooled.size);
}

SegNet::SegNet(int input_channels, const std::vector<SegNetLevel>& levels) {
  auto encoder = std::make_shared<torch::nn::ModuleListImpl>();
  auto decoder = std::make_shared<torch::nn::ModuleListImpl>();
  int in = input_channels;
  for (const auto& level : levels) {
    encoder_.emplace_back(in, level.encoder);
    encoder->push_back(encoder_.back());
    in = level.encoder.back();
  }
  for (auto level = levels.rbegin(); level != levels.rend(); ++level) {
    decoder_.emplace_back(in, level->decoder);
    decoder->push_back(decoder_.back());
    in = level->decoder.back();
  }
  register_module("encoder", encoder);
  register_module("decoder", decoder);
}

Features SegNet::forward(const torch::Tensor& image) {
  std::vector<Pooled> pooled;
  torch::Tensor x = image;
  for (auto& level : encoder_) {
    pooled.push_back(pool_with_places(level->forward(x)));
    x = pooled.back().values;
  }
  for (auto& level : decoder_) {
    x = level->forward(unpool(x, pooled.back()));
    pooled.pop_back();
  }
  return {x};
}

}  // namespace heartlab
