#pragma once

#include <string>
#include <vector>

#include "heartlab/core/options.h"

namespace heartlab {

// The shape of a network; together with the weights all that is needed to build it again.
struct NetworkOptions {
  std::string network = "deeplabv3";  // docs/networks.md lists them
  std::string backbone =
      "resnet101";  // resnet18, 34, 50, 101, mobilenetv3_large, _small; none: unet, segnet
  std::string head = "paper";  // paper, torchvision (deeplabv3 only)
  int input_channels = 1;
  int classes = 2;
  int output_stride =
      16;  // 8, 16; deeplabv2: 8; fcn*: 32; unet: 16, segnet: 32, their lowest levels'
  // Dilations of the 3x3 branches at output stride 16; doubled at 8. deeplabv2: as they are.
  // Empty: 6,12,18 (deeplabv3), 6,12,18,24 (deeplabv2), 12,24,36 (torchvision; half of
  // them at 16).
  std::vector<int> atrous_rates;
  // deeplabv3*: of the last stage (deeplabv3cascade: stages); two blocks take the first two.
  std::vector<int> multi_grid = {1, 2, 4};
  int aspp_channels = 256;
  bool image_level_features = true;
  int decoder_channels = 256;   // deeplabv3plus: filters of the decoder's 3x3 convolutions
  int low_level_channels = 48;  // deeplabv3plus: low-level features after their 1x1
  int unet_channels = 64;  // unet: filters of the first level; each lower one has twice as many
  int segnet_channels =
      64;  // segnet: filters of the first level; the others 2, 4, 8, 8 times as many
  std::vector<double> scales;  // multi-scale inputs with max fusion; empty = the one scale 1

  void add_to(OptionTable& table);
};

// Whether the network is built on one of the backbones that the option `backbone` names.
bool has_backbone(const NetworkOptions& options);

// Whether bf16 keeps its logits within a hundredth of the largest; else engines compute it in fp32.
bool bears_bfloat16(const NetworkOptions& options);

// An Error (kUsage) where the options contradict each other; `where` leads the message.
void check_network(const NetworkOptions& options, const std::string& where);

}  // namespace heartlab
