#include "heartlab/model/mobilenet.h"

#include <gmock/gmock.h>

#include "heartlab/model/architecture.h"

namespace heartlab {
namespace {

using ::testing::ElementsAre;

NetworkOptions options_of(const std::string& backbone, int stride) {
  NetworkOptions options;
  options.backbone = backbone;
  options.output_stride = stride;
  return options;
}

int stride_of(const MobileNetShape& shape) {
  int stride = 2;
  for (const auto& block : shape.blocks) stride *= block.stride;
  return stride;
}

TEST(MobileNet, strides_multiply_to_the_output_stride) {
  for (const std::string backbone : {"mobilenetv3_large", "mobilenetv3_small"}) {
    for (const int stride : {8, 16, 32}) {
      EXPECT_EQ(stride_of(mobilenet_shape(options_of(backbone, stride))), stride) << backbone;
    }
  }
}

TEST(MobileNet, dilates_where_it_no_longer_strides) {
  const auto dilations = [](int stride) {
    std::vector<int> found;
    for (const auto& block : mobilenet_shape(options_of("mobilenetv3_large", stride)).blocks) {
      found.push_back(block.dilation);
    }
    return found;
  };
  EXPECT_THAT(dilations(32), ::testing::Each(1));
  EXPECT_THAT(dilations(16), ElementsAre(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2));
  EXPECT_THAT(dilations(8), ElementsAre(1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 4, 4, 4));
}

TEST(MobileNet, squeezes_to_a_quarter_in_eights) {
  std::vector<int> squeezed;
  for (const auto& block : mobilenet_shape(options_of("mobilenetv3_large", 16)).blocks) {
    if (block.squeezed > 0) squeezed.push_back(block.squeezed);
  }
  EXPECT_THAT(squeezed, ElementsAre(24, 32, 32, 120, 168, 168, 240, 240));
}

TEST(MobileNet, has_features_at_every_stride_from_4_on) {
  EXPECT_THAT(feature_channels(options_of("mobilenetv3_large", 16)), ElementsAre(24, 40, 112, 960));
  EXPECT_THAT(feature_channels(options_of("mobilenetv3_small", 16)), ElementsAre(16, 24, 48, 576));
}

}  // namespace
}  // namespace heartlab
