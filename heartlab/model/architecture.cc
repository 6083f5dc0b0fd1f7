#include "heartlab/model/architecture.h"

#include <algorithm>
#include <iterator>

#include "heartlab/core/error.h"
#include "heartlab/model/mobilenet.h"

namespace heartlab {
namespace {

constexpr int kStages = 4;
constexpr int kCascadedStages = 7;

struct Depth {
  const char* name;
  bool bottleneck;
  int blocks[kStages];
};

constexpr Depth kDepths[] = {
    {"resnet18", false, {2, 2, 2, 2}},
    {"resnet34", false, {3, 4, 6, 3}},
    {"resnet50", true, {3, 4, 6, 3}},
    {"resnet101", true, {3, 4, 23, 3}},
};
constexpr int kUnetLevels = 5;
constexpr int kExpansion = 4;  // a bottleneck's channels out over its width

const Depth& find_depth(const std::string& name) {
  for (const auto& depth : kDepths) {
    if (name == depth.name) return depth;
  }
  fail(ErrorKind::kUsage,
       "backbone: expected resnet18, resnet34, resnet50 or resnet101, found '{}'", name);
}

// Stages from front to back: where striding has reached the output stride, dilation doubles
// instead.
class StageMaker {
 public:
  StageMaker(const NetworkOptions& options, const Depth& depth)
      : depth_(depth),
        output_stride_(options.output_stride),
        torchvision_(options.head == "torchvision"),
        multi_grid_(options.multi_grid) {
    if (!options.network.starts_with("deeplabv3") || torchvision_) multi_grid_.clear();
  }

  std::vector<BlockShape> make(int stage) {
    const int wanted_stride = stage == 0 ? 1 : 2;
    const int dilation_before = dilation_;
    int stride = wanted_stride;
    if (stride_so_far_ * wanted_stride > output_stride_) {
      dilation_ *= wanted_stride;
      stride = 1;
    }
    stride_so_far_ *= stride;
    std::vector<BlockShape> blocks;
    const int like = std::min(stage, kStages - 1);
    for (int i = 0; i < depth_.blocks[like]; ++i) {
      BlockShape block;
      block.in = channels_;
      block.width = kStemChannels << like;
      block.out = depth_.bottleneck ? block.width * kExpansion : block.width;
      block.stride = i == 0 ? stride : 1;
      // torchvision's published networks dilate from a stage's second block on.
      block.dilation = i == 0 && torchvision_ ? dilation_before : dilation_;
      if (like == kStages - 1) block.dilation *= grid(i);
      block.bottleneck = depth_.bottleneck;
      block.projected = block.stride != 1 || block.in != block.out;
      channels_ = block.out;
      blocks.push_back(block);
    }
    return blocks;
  }

 private:
  // Of the blocks from the last stage on (arXiv 1706.05587, section 4.2.1); those beyond the list
  // take its last.
  int grid(int block) const {
    if (multi_grid_.empty()) return 1;
    return multi_grid_[std::min(multi_grid_.size() - 1, static_cast<std::size_t>(block))];
  }

  const Depth& depth_;
  int output_stride_;
  bool torchvision_;
  std::vector<int> multi_grid_;
  int channels_ = kStemChannels;
  int stride_so_far_ = 4;
  int dilation_ = 1;
};

}  // namespace

BackboneShape backbone_shape(const NetworkOptions& options) {
  BackboneShape shape;
  shape.input_channels = options.input_channels;
  StageMaker maker(options, find_depth(options.backbone));
  const int stages = options.network == "deeplabv3cascade" ? kCascadedStages : kStages;
  for (int stage = 0; stage < stages; ++stage) shape.stages.push_back(maker.make(stage));
  return shape;
}

std::vector<int> feature_channels(const NetworkOptions& options) {
  if (options.network == "unet") return {options.unet_channels};
  if (options.network == "segnet") return {options.segnet_channels};
  std::vector<int> channels;
  if (is_mobilenet(options)) {
    const MobileNetShape shape = mobilenet_shape(options);
    for (const int block : shape.feature_blocks) {
      channels.push_back(shape.blocks[static_cast<std::size_t>(block) - 1].out);
    }
    channels.push_back(shape.last);
    return channels;
  }
  for (const auto& stage : backbone_shape(options).stages) channels.push_back(stage.back().out);
  return channels;
}

std::vector<int> pyramid_rates(const NetworkOptions& options) {
  const bool torchvision = options.head == "torchvision";
  std::vector<int> rates = options.atrous_rates;
  if (rates.empty()) {
    if (options.network == "deeplabv2") return {6, 12, 18, 24};
    // At stride 8 as in torchvision, at 16 the same places of the image.
    if (torchvision && options.output_stride == 8) return {12, 24, 36};
    if (torchvision) return {6, 12, 18};
    rates = {6, 12, 18};
  }
  if (options.network == "deeplabv2" || torchvision) return rates;
  for (int& rate : rates) rate = rate * 16 / options.output_stride;
  return rates;
}

int scored_stages(const NetworkOptions& options) {
  if (options.network == "fcn8s") return 3;
  return options.network == "fcn16s" ? 2 : 1;
}

std::vector<SegNetLevel> segnet_levels(const NetworkOptions& options) {
  constexpr int kConvolutions[] = {2, 2, 3, 3, 3};
  constexpr int kMultiples[] = {1, 2, 4, 8, 8};
  std::vector<SegNetLevel> levels;
  int above = options.segnet_channels;
  for (std::size_t i = 0; i < std::size(kConvolutions); ++i) {
    const auto count = static_cast<std::size_t>(kConvolutions[i]);
    const int width = options.segnet_channels * kMultiples[i];
    SegNetLevel level{std::vector<int>(count, width), std::vector<int>(count, width)};
    level.decoder.back() = above;
    levels.push_back(level);
    above = width;
  }
  return levels;
}

std::vector<int> unet_widths(const NetworkOptions& options) {
  std::vector<int> widths = {options.unet_channels};
  for (int level = 1; level < kUnetLevels; ++level) widths.push_back(2 * widths.back());
  return widths;
}

}  // namespace heartlab
