#include "heartlab/model/architecture.h"

#include <gmock/gmock.h>

#include "heartlab/core/error.h"

namespace heartlab {
namespace {

using ::testing::ElementsAre;

NetworkOptions options_of(const std::string& network, const std::string& backbone, int stride) {
  NetworkOptions options;
  options.network = network;
  options.backbone = backbone;
  options.output_stride = stride;
  return options;
}

std::vector<int> dilations(const std::vector<BlockShape>& blocks) {
  std::vector<int> found;
  for (const auto& block : blocks) found.push_back(block.dilation);
  return found;
}

TEST(Architecture, the_last_stage_of_deeplabv3_dilates_by_the_multi_grid) {
  const auto at_16 = backbone_shape(options_of("deeplabv3", "resnet50", 16)).stages;
  EXPECT_THAT(dilations(at_16[2]), ElementsAre(1, 1, 1, 1, 1, 1));
  EXPECT_THAT(dilations(at_16[3]), ElementsAre(2, 4, 8));
  const auto at_8 = backbone_shape(options_of("deeplabv3", "resnet50", 8)).stages;
  EXPECT_THAT(dilations(at_8[2]), ElementsAre(2, 2, 2, 2, 2, 2));
  EXPECT_THAT(dilations(at_8[3]), ElementsAre(4, 8, 16));
}

TEST(Architecture, a_last_stage_of_two_blocks_takes_the_first_two_of_the_grid) {
  EXPECT_THAT(dilations(backbone_shape(options_of("deeplabv3", "resnet18", 16)).stages[3]),
              ElementsAre(2, 4));
}

TEST(Architecture, deeplabv2_has_no_multi_grid) {
  const auto stages = backbone_shape(options_of("deeplabv2", "resnet18", 8)).stages;
  EXPECT_THAT(dilations(stages[2]), ElementsAre(2, 2));
  EXPECT_THAT(dilations(stages[3]), ElementsAre(4, 4));
}

TEST(Architecture, cascaded_stages_dilate_as_if_each_strode_by_two) {
  const auto at_16 = backbone_shape(options_of("deeplabv3cascade", "resnet50", 16)).stages;
  ASSERT_EQ(at_16.size(), 7U);
  EXPECT_THAT(dilations(at_16[2]), ElementsAre(1, 1, 1, 1, 1, 1));
  EXPECT_THAT(dilations(at_16[3]), ElementsAre(2, 4, 8));
  EXPECT_THAT(dilations(at_16[4]), ElementsAre(4, 8, 16));
  EXPECT_THAT(dilations(at_16[5]), ElementsAre(8, 16, 32));
  EXPECT_THAT(dilations(at_16[6]), ElementsAre(16, 32, 64));
  const auto at_8 = backbone_shape(options_of("deeplabv3cascade", "resnet50", 8)).stages;
  EXPECT_THAT(dilations(at_8[2]), ElementsAre(2, 2, 2, 2, 2, 2));
  EXPECT_THAT(dilations(at_8[3]), ElementsAre(4, 8, 16));
  EXPECT_THAT(dilations(at_8[6]), ElementsAre(32, 64, 128));
}

TEST(Architecture, cascaded_stages_are_copies_of_the_fourth) {
  const auto stages = backbone_shape(options_of("deeplabv3cascade", "resnet50", 16)).stages;
  for (std::size_t stage = 4; stage < stages.size(); ++stage) {
    ASSERT_EQ(stages[stage].size(), stages[3].size());
    for (std::size_t i = 0; i < stages[stage].size(); ++i) {
      const BlockShape& block = stages[stage][i];
      EXPECT_EQ(block.width, stages[3][i].width);
      EXPECT_EQ(block.in, 2048);
      EXPECT_EQ(block.out, 2048);
      EXPECT_EQ(block.stride, 1);
      EXPECT_FALSE(block.projected);
    }
  }
}

TEST(Architecture, fully_convolutional_networks_stride_by_32_and_dilate_nowhere) {
  int stride = 4;
  for (const auto& stage : backbone_shape(options_of("fcn8s", "resnet50", 32)).stages) {
    for (const auto& block : stage) {
      stride *= block.stride;
      EXPECT_EQ(block.dilation, 1);
    }
  }
  EXPECT_EQ(stride, 32);
}

TEST(Architecture, a_unets_widths_double_downwards) {
  NetworkOptions options = options_of("unet", "none", 16);
  EXPECT_THAT(unet_widths(options), ElementsAre(64, 128, 256, 512, 1024));
  options.unet_channels = 5;
  EXPECT_THAT(unet_widths(options), ElementsAre(5, 10, 20, 40, 80));
  EXPECT_THAT(feature_channels(options), ElementsAre(5));
}

TEST(Architecture, torchvisions_stages_dilate_from_their_second_block_on) {
  NetworkOptions options = options_of("deeplabv3", "resnet50", 8);
  options.head = "torchvision";
  EXPECT_THAT(dilations(backbone_shape(options).stages[3]), ElementsAre(2, 4, 4));
}

TEST(Architecture, torchvisions_rates_are_halved_at_stride_16) {
  NetworkOptions options = options_of("deeplabv3", "resnet101", 8);
  options.head = "torchvision";
  EXPECT_THAT(pyramid_rates(options), ElementsAre(12, 24, 36));
  options.output_stride = 16;
  EXPECT_THAT(pyramid_rates(options), ElementsAre(6, 12, 18));
  EXPECT_THAT(dilations(backbone_shape(options).stages[3]), ElementsAre(1, 2, 2));
}

TEST(Architecture, strides_multiply_to_the_output_stride) {
  for (const int wanted : {8, 16}) {
    int stride = 4;
    for (const auto& stage : backbone_shape(options_of("deeplabv3", "resnet101", wanted)).stages) {
      for (const auto& block : stage) stride *= block.stride;
    }
    EXPECT_EQ(stride, wanted);
  }
}

TEST(Architecture, rates_are_the_papers_doubled_at_stride_8) {
  EXPECT_THAT(pyramid_rates(options_of("deeplabv3", "resnet50", 16)), ElementsAre(6, 12, 18));
  EXPECT_THAT(pyramid_rates(options_of("deeplabv3", "resnet50", 8)), ElementsAre(12, 24, 36));
  EXPECT_THAT(pyramid_rates(options_of("deeplabv2", "resnet50", 8)), ElementsAre(6, 12, 18, 24));
  NetworkOptions own = options_of("deeplabv3", "resnet50", 8);
  own.atrous_rates = {3, 6};
  EXPECT_THAT(pyramid_rates(own), ElementsAre(6, 12));
}

}  // namespace
}  // namespace heartlab
