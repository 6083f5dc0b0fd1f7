#include "heartlab/model/network_options.h"

#include <gtest/gtest.h>

#include "heartlab/core/error.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using testing::expect_error;

NetworkOptions options_of(const std::string& network, const std::string& backbone, int stride) {
  NetworkOptions options;
  options.network = network;
  options.backbone = backbone;
  options.output_stride = stride;
  return options;
}

void expect_refused(const NetworkOptions& options, const std::vector<std::string>& words) {
  expect_error(ErrorKind::kUsage, words, [&] { check_network(options, "here"); });
}

TEST(NetworkOptions, go_with_the_strides_of_their_network_alone) {
  const std::pair<std::string, std::vector<int>> right[] = {{"deeplabv2", {8}},
                                                            {"deeplabv3", {8, 16}},
                                                            {"deeplabv3plus", {8, 16}},
                                                            {"fcn32s", {32}},
                                                            {"fcn16s", {32}},
                                                            {"fcn8s", {32}},
                                                            {"deeplabv3cascade", {8, 16}},
                                                            {"dilated_context", {8}},
                                                            {"parsenet", {8, 16}}};
  for (const auto& [network, strides] : right) {
    for (const int stride : {8, 16, 24, 32}) {
      const NetworkOptions options = options_of(network, "resnet18", stride);
      if (std::ranges::count(strides, stride) > 0) {
        EXPECT_NO_THROW(check_network(options, "here")) << network << " at " << stride;
      } else {
        expect_refused(options, {"here", network, "output_stride", std::to_string(stride)});
      }
    }
  }
}

TEST(NetworkOptions, a_network_without_a_backbone_takes_none) {
  EXPECT_NO_THROW(check_network(options_of("unet", "none", 16), "here"));
  EXPECT_NO_THROW(check_network(options_of("segnet", "none", 32), "here"));
  expect_refused(options_of("segnet", "resnet50", 32), {"segnet", "backbone=none", "resnet50"});
  expect_refused(options_of("unet", "resnet18", 16), {"unet", "backbone=none", "resnet18"});
  expect_refused(options_of("unet", "none", 8), {"unet", "output_stride=16", "found 8"});
}

TEST(NetworkOptions, every_other_network_needs_a_backbone) {
  expect_refused(options_of("deeplabv3", "none", 16), {"deeplabv3", "backbone"});
  expect_refused(options_of("fcn8s", "none", 32), {"fcn8s", "backbone"});
}

TEST(NetworkOptions, what_copies_a_resnets_blocks_goes_with_no_other_backbone) {
  expect_refused(options_of("deeplabv3cascade", "mobilenetv3_large", 16),
                 {"deeplabv3cascade", "ResNet", "mobilenetv3_large"});
  NetworkOptions options = options_of("deeplabv3", "mobilenetv3_small", 16);
  EXPECT_NO_THROW(check_network(options, "here"));
  options.head = "torchvision";
  expect_refused(options, {"head=torchvision", "ResNet", "mobilenetv3_small"});
}

TEST(NetworkOptions, torchvisions_head_is_deeplabv3s) {
  NetworkOptions options = options_of("deeplabv3cascade", "resnet18", 16);
  options.head = "torchvision";
  expect_refused(options, {"torchvision", "deeplabv3cascade"});
}

}  // namespace
}  // namespace heartlab
