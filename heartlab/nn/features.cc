#include "heartlab/nn/features.h"

#include "heartlab/core/error.h"
#include "heartlab/model/architecture.h"
#include "heartlab/nn/context.h"
#include "heartlab/nn/fcn.h"
#include "heartlab/nn/heads.h"
#include "heartlab/nn/mobilenet.h"
#include "heartlab/nn/parsenet.h"
#include "heartlab/nn/resnet.h"
#include "heartlab/nn/segnet.h"
#include "heartlab/nn/unet.h"

namespace heartlab {
namespace {

AsppHeadOptions aspp_of(const NetworkOptions& options) {
  AsppHeadOptions aspp;
  aspp.channels = options.aspp_channels;
  aspp.classes = options.classes;
  aspp.rates = pyramid_rates(options);
  aspp.image_level_features = options.image_level_features;
  aspp.extra_convolution = options.head == "torchvision";
  return aspp;
}

}  // namespace

std::shared_ptr<BackboneModule> make_backbone(const NetworkOptions& options) {
  if (options.network == "unet") {
    return std::make_shared<UNet>(options.input_channels, unet_widths(options));
  }
  if (options.network == "segnet") {
    return std::make_shared<SegNet>(options.input_channels, segnet_levels(options));
  }
  if (is_mobilenet(options)) return std::make_shared<MobileNet>(mobilenet_shape(options));
  return std::make_shared<ResNetImpl>(backbone_shape(options));
}

std::shared_ptr<HeadModule> make_head(const NetworkOptions& options) {
  const std::string& network = options.network;
  const std::vector<int> channels = feature_channels(options);
  const int in = channels.back();
  if (network == "deeplabv2") {
    return std::make_shared<DeepLabV2Head>(in, options.classes, pyramid_rates(options));
  }
  if (network == "deeplabv3") return std::make_shared<DeepLabV3Head>(in, aspp_of(options));
  if (network == "deeplabv3plus") {
    return std::make_shared<DeepLabV3PlusHead>(channels.front(), in, options.low_level_channels,
                                               options.decoder_channels, aspp_of(options));
  }
  if (network.starts_with("fcn")) {
    return std::make_shared<FcnHead>(channels, options.classes, scored_stages(options));
  }
  if (network == "dilated_context") return std::make_shared<ContextHead>(in, options.classes);
  if (network == "parsenet") return std::make_shared<ParseNetHead>(in, options.classes);
  if (network == "deeplabv3cascade" || !has_backbone(options)) {
    return std::make_shared<LogitsHead>(in, options.classes);
  }
  fail(ErrorKind::kUsage, "network: there is no '{}'", network);
}

}  // namespace heartlab
