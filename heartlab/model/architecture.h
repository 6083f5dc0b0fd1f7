#pragma once

#include <vector>

#include "heartlab/model/network_options.h"

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

// A ResNet: a 7x7 convolution of stride 2 to 64 channels, a 3x3 maximum of stride 2, then the
// stages, four of them. deeplabv3cascade has seven, the last three being copies of the fourth whose
// dilation goes on doubling (arXiv 1706.05587, section 4.2).
struct BackboneShape {
  int input_channels = 1;
  std::vector<std::vector<BlockShape>> stages;
};

constexpr int kStemChannels = 64;

BackboneShape backbone_shape(const NetworkOptions& options);

// Channels of the feature maps that the layers before the head give it, one a stage, front to back:
// of a backbone at strides 4, 8, 16, 32 or, from where it dilates instead, the output stride; of a
// network without one a single map of the input's size.
std::vector<int> feature_channels(const NetworkOptions& options);

// Dilations of the pyramid's 3x3 branches at the options' output stride.
std::vector<int> pyramid_rates(const NetworkOptions& options);

// How many stages' features a fully convolutional network scores, the coarsest first: 1 of fcn32s,
// 2 of fcn16s, 3 of fcn8s.
int scored_stages(const NetworkOptions& options);

// Added to the sum of squares under the root where ParseNet gives features a length of 1.
constexpr float kLengthEpsilon = 1e-6F;

// Filters of the U-Net's levels (arXiv 1505.04597, figure 1), the first level first: w, 2w, 4w, 8w,
// 16w.
std::vector<int> unet_widths(const NetworkOptions& options);

// A level of SegNet: filters of its 3x3 convolutions before the maximum, and after values were put
// back where the maximum came from.
struct SegNetLevel {
  std::vector<int> encoder, decoder;
};

// VGG-16's convolutions and their mirror image (arXiv 1511.00561, section 3), the first level
// first.
std::vector<SegNetLevel> segnet_levels(const NetworkOptions& options);

}  // namespace heartlab
