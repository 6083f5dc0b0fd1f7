#include "heartlab/model/mobilenet.h"

#include <algorithm>
#include <span>

namespace heartlab {
namespace {

constexpr auto kRelu = Activation::kRelu;
constexpr auto kSwish = Activation::kHardSwish;
constexpr int kStem = 16;          // channels of the first convolution
constexpr int kLastExpansion = 6;  // of the last convolution

struct Row {
  int kernel, expanded, out;
  bool squeeze;
  Activation activation;
  int stride;
};

constexpr Row kLarge[] = {
    {3, 16, 16, false, kRelu, 1},   {3, 64, 24, false, kRelu, 2},   {3, 72, 24, false, kRelu, 1},
    {5, 72, 40, true, kRelu, 2},    {5, 120, 40, true, kRelu, 1},   {5, 120, 40, true, kRelu, 1},
    {3, 240, 80, false, kSwish, 2}, {3, 200, 80, false, kSwish, 1}, {3, 184, 80, false, kSwish, 1},
    {3, 184, 80, false, kSwish, 1}, {3, 480, 112, true, kSwish, 1}, {3, 672, 112, true, kSwish, 1},
    {5, 672, 160, true, kSwish, 2}, {5, 960, 160, true, kSwish, 1}, {5, 960, 160, true, kSwish, 1}};

constexpr Row kSmall[] = {
    {3, 16, 16, true, kRelu, 2},   {3, 72, 24, false, kRelu, 2},  {3, 88, 24, false, kRelu, 1},
    {5, 96, 40, true, kSwish, 2},  {5, 240, 40, true, kSwish, 1}, {5, 240, 40, true, kSwish, 1},
    {5, 120, 48, true, kSwish, 1}, {5, 144, 48, true, kSwish, 1}, {5, 288, 96, true, kSwish, 2},
    {5, 576, 96, true, kSwish, 1}, {5, 576, 96, true, kSwish, 1}};

// The nearest multiple of 8 that is not below nine tenths.
int multiple_of_8(int channels) {
  const int rounded = std::max(8, (channels + 4) / 8 * 8);
  return 10 * rounded < 9 * channels ? rounded + 8 : rounded;
}

}  // namespace

bool is_mobilenet(const NetworkOptions& options) {
  return options.backbone.starts_with("mobilenetv3");
}

MobileNetShape mobilenet_shape(const NetworkOptions& options) {
  const std::span<const Row> rows = options.backbone == "mobilenetv3_small"
                                        ? std::span<const Row>(kSmall)
                                        : std::span<const Row>(kLarge);
  MobileNetShape shape;
  shape.input_channels = options.input_channels;
  int channels = kStem, strides = 2, wanted_strides = 2, dilation = 1;
  for (const auto& row : rows) {
    if (row.stride == 2 && wanted_strides > 2) {
      shape.feature_blocks.push_back(static_cast<int>(shape.blocks.size()));
    }
    wanted_strides *= row.stride;
    const bool strides_on = strides * row.stride <= options.output_stride;
    const int stride = strides_on ? row.stride : 1;
    if (!strides_on) dilation *= row.stride;
    strides *= stride;
    const int squeezed = row.squeeze ? multiple_of_8(row.expanded / 4) : 0;
    shape.blocks.push_back(
        {channels, row.expanded, row.out, row.kernel, squeezed, stride, dilation, row.activation});
    channels = row.out;
  }
  shape.last = kLastExpansion * channels;
  return shape;
}

}  // namespace heartlab
