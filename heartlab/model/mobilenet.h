#pragma once

#include <vector>

#include "heartlab/model/convolution.h"
#include "heartlab/model/network_options.h"

namespace heartlab {

// One block of MobileNetV3 (arXiv 1905.02244, figure 4): 1x1 to `expanded` channels where they are
// more than the input's, a depthwise convolution, squeeze-and-excitation, 1x1 without activation;
// the input is added where the sizes agree.
struct InvertedResidual {
  int in = 0, expanded = 0, out = 0;  // channels
  int kernel = 3;                     // of the depthwise convolution
  int squeezed = 0;                   // channels between squeeze and excitation; 0 = neither
  int stride = 1, dilation = 1;
  Activation activation = Activation::kRelu;

  bool is_added() const { return stride == 1 && in == out; }
};

// A 3x3 convolution of stride 2 to the first block's channels, the blocks, 1x1 to the last.
struct MobileNetShape {
  int input_channels = 1;
  std::vector<InvertedResidual> blocks;
  int last = 0;  // channels
  // The blocks, counted from 1, whose results are features; the 1x1's are the last features.
  std::vector<int> feature_blocks;
};

// Whose batch norms have another epsilon than ResNet's, as torchvision's published weights do.
constexpr float kMobileNetEpsilon = 1e-3F;

bool is_mobilenet(const NetworkOptions& options);

// Tables 1 and 2; where striding has reached the output stride, dilation doubles instead (section
// 6.4).
MobileNetShape mobilenet_shape(const NetworkOptions& options);

}  // namespace heartlab
