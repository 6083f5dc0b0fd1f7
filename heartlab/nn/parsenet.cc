#include "heartlab/nn/parsenet.h"

#include "heartlab/model/architecture.h"
#include "heartlab/nn/convolution.h"

namespace heartlab {
namespace {

constexpr double kInitialScale = 10;

}  // namespace

torch::Tensor of_unit_length(const torch::Tensor& given) {
  const auto x = given.to(torch::kFloat);
  return x * torch::rsqrt(x.square().sum(1, /*keepdim=*/true) + kLengthEpsilon);
}

ParseNetHead::ParseNetHead(int in, int classes) {
  scale_ = register_parameter("scale", torch::full({in}, kInitialScale));
  global_scale_ = register_parameter("global_scale", torch::full({in}, kInitialScale));
  logits_ = register_module("logits", torch::nn::Conv2d(padded(2 * in, classes, 1).bias(true)));
}

torch::Tensor ParseNetHead::forward(const Features& features) {
  const auto& x = features.back();
  const auto scaled = [](const torch::Tensor& unit, const torch::Tensor& scale) {
    return unit * scale.view({1, -1, 1, 1});
  };
  const auto mean = x.to(torch::kFloat).mean({2, 3}, /*keepdim=*/true);
  const auto global = scaled(of_unit_length(mean), global_scale_);
  return logits_(torch::cat(
      {scaled(of_unit_length(x), scale_), global.expand({-1, -1, x.size(2), x.size(3)})}, 1));
}

void ParseNetHead::initialise(const Generator&) {
  scale_.fill_(kInitialScale);
  global_scale_.fill_(kInitialScale);
}

}  // namespace heartlab
