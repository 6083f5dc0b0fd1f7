#pragma once

#include <vector>

#include "heartlab/model/model_file.h"

namespace heartlab {

// The layers that NetworkOptions ask for, apart from what computes them: training and every engine
// build from this one description.

// One residual block (arXiv 1512.03385). A bottleneck is 1x1, 3x3, 1x1 with the stride in the 3x3;
// the other kind is 3x3, 3x3 with the stride in the first. Every 3x3 has the dilation.
struct BlockShape {
  int in = 0, width = 0, out = 0;  // channels
  int stride = 1;
  int dilation = 1;
  bool bottleneck = false;
  bool projected = false;  // the shortcut is a 1x1 convolution with the stride
};

// A 7x7 convolution of stride 2 to 64 channels, a 3x3 maximum of stride 2, then the stages.
struct BackboneShape {
  int input_channels = 1;
  std::vector<std::vector<BlockShape>> stages;

  int low_level_channels() const { return stages.front().back().out; }  // stride 4
  int high_level_channels() const { return stages.back().back().out; }  // the output stride
};

constexpr int kStemChannels = 64;

BackboneShape backbone_shape(const NetworkOptions& options);

// Dilations of the pyramid's 3x3 branches at the options' output stride.
std::vector<int> pyramid_rates(const NetworkOptions& options);

}  // namespace heartlab
