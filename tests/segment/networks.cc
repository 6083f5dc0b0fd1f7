#include "tests/segment/networks.h"

#include <fmt/format.h>

#include <ostream>

#include "heartlab/nn/network.h"
#include "tests/nn/formula.h"

namespace heartlab {

void PrintTo(const NetworkOptions& options, std::ostream* stream) {
  *stream << options.network << " on " << options.backbone;
}

namespace testing {
namespace {

bool goes_straight_to_classes(const std::string& network) {
  return network != "deeplabv3" && network != "deeplabv3plus";
}

void draw_head(Network& network) {
  const torch::NoGradGuard no_gradients;
  Network drawn(network->options());
  initialise(drawn, Generator(3));
  auto source = drawn->named_parameters();
  for (auto& item : network->named_parameters()) {
    if (item.key().starts_with("classifier")) item.value().copy_(source[item.key()]);
  }
}

}  // namespace

NetworkOptions small_network(const std::string& network, const std::string& backbone) {
  NetworkOptions options;
  options.network = network;
  options.backbone = backbone;
  options.output_stride = network == "deeplabv2" || network == "dilated_context" ? 8
                          : network.starts_with("fcn") || network == "segnet"    ? 32
                                                                                 : 16;
  options.aspp_channels = 24;
  options.decoder_channels = 24;
  options.low_level_channels = 12;
  options.unet_channels = 12;
  options.segnet_channels = 12;
  return options;
}

std::vector<NetworkOptions> all_networks() {
  std::vector<NetworkOptions> all = {
      small_network("deeplabv2", "resnet18"),     small_network("deeplabv3", "resnet18"),
      small_network("deeplabv3", "resnet34"),     small_network("deeplabv3", "resnet50"),
      small_network("deeplabv3plus", "resnet18"), small_network("deeplabv3plus", "resnet101")};
  NetworkOptions multi_scale = small_network("deeplabv2", "resnet18");
  multi_scale.scales = {0.5, 0.75, 1};
  NetworkOptions torchvision = small_network("deeplabv3", "resnet50");
  torchvision.head = "torchvision";
  torchvision.output_stride = 8;
  NetworkOptions torchvision_16 = torchvision;
  torchvision_16.output_stride = 16;
  NetworkOptions no_image_level = small_network("deeplabv3", "resnet18");
  no_image_level.image_level_features = false;
  NetworkOptions colour = small_network("deeplabv3", "resnet18");
  colour.input_channels = 3;
  colour.classes = 5;
  all.insert(all.end(),
             {multi_scale, torchvision, torchvision_16, no_image_level, colour,
              small_network("deeplabv3cascade", "resnet18"), small_network("fcn32s", "resnet18"),
              small_network("fcn16s", "resnet18"), small_network("fcn8s", "resnet50"),
              small_network("dilated_context", "resnet18"), small_network("parsenet", "resnet18"),
              small_network("deeplabv3", "mobilenetv3_large"),
              small_network("deeplabv3plus", "mobilenetv3_small"),
              small_network("fcn8s", "mobilenetv3_large"), small_network("unet", "none"),
              small_network("segnet", "none")});
  return all;
}

std::string name_of(const NetworkOptions& options, std::size_t index) {
  return fmt::format("{}_{}_{}", options.network, options.backbone, index);
}

ModelFile write_network(const Path& file, const NetworkOptions& options, int side) {
  Network network(options);
  fill_by_formula(*network);
  // The formula's swinging filters cancel in a head that goes straight to the classes: its logits
  // would be rounding alone.
  if (goes_straight_to_classes(options.network)) draw_head(network);
  TensorBytes tensors;
  for (const auto& [name, tensor] : state_of(*network)) tensors.add(name, tensor);
  ModelDescription description;
  description.network = options;
  description.preparation.size = side;
  description.target = "cavity";
  description.training = nlohmann::ordered_json::object();
  for (int i = 0; i < options.classes; ++i) description.class_names.push_back(std::to_string(i));
  write_tensor_file(file, tensors.views(), model_metadata(description));
  return ModelFile(file);
}

std::vector<float> formula_input(int side) {
  const auto values = formula({side, side}, 0.5).to(torch::kFloat);
  return {values.data_ptr<float>(), values.data_ptr<float>() + values.numel()};
}

}  // namespace testing
}  // namespace heartlab
