#include "heartlab/model/network_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "heartlab/core/error.h"

namespace heartlab {
namespace {

// What goes with a network.
struct NetworkRule {
  std::string name;
  std::vector<int> output_strides;
  bool has_backbone = true;
  bool bears_bfloat16 = true;
};

const std::vector<NetworkRule>& network_rules() {
  static const std::vector<NetworkRule> all = {
      {"deeplabv2", {8}},
      {"deeplabv3", {8, 16}},
      {"deeplabv3plus", {8, 16}},
      {"deeplabv3cascade", {8, 16}, true, false},
      {"fcn32s", {32}, true, false},
      {"fcn16s", {32}, true, false},
      {"fcn8s", {32}, true, false},
      {"dilated_context", {8}},
      {"parsenet", {8, 16}, true, false},
      {"unet", {16}, false},
      {"segnet", {32}, false, false},
  };
  return all;
}

std::vector<std::string> network_names() {
  std::vector<std::string> all;
  for (const auto& rule : network_rules()) all.push_back(rule.name);
  return all;
}

const NetworkRule& rule_of(const std::string& network) {
  const auto found = std::ranges::find(network_rules(), network, &NetworkRule::name);
  if (found == network_rules().end()) {
    fail(ErrorKind::kUsage, "network: expected {}, found '{}'", fmt::join(network_names(), ", "),
         network);
  }
  return *found;
}

}  // namespace

void NetworkOptions::add_to(OptionTable& table) {
  table.add("network", network, "Network").one_of(network_names());
  table.add("backbone", backbone, "Backbone; none for unet and segnet, which have their own layers")
      .one_of({"resnet18", "resnet34", "resnet50", "resnet101", "mobilenetv3_large",
               "mobilenetv3_small", "none"});
  table.add("head", head, "DeepLabv3's head: the paper's, or torchvision's for its weights")
      .one_of({"paper", "torchvision"});
  table.add("input_channels", input_channels, "Channels of an image").range(1, 64);
  table.add("classes", classes, "Classes to tell apart").range(2, 255);
  table
      .add("output_stride", output_stride,
           "Input size over the size of the coarsest features: 8 or 16; deeplabv2, "
           "dilated_context: 8; fcn32s, "
           "fcn16s, fcn8s: 32; unet: 16, segnet: 32, their lowest levels', and no other")
      .range(8, 32);
  table
      .add("atrous_rates", atrous_rates,
           "Dilations of the pyramid's branches at output stride 16, doubled at 8 (deeplabv2 and "
           "head=torchvision: as they are); empty: the paper's")
      .range(1, 512);
  table
      .add("multi_grid", multi_grid,
           "deeplabv3, deeplabv3plus, deeplabv3cascade: dilation factors of the last stage's "
           "blocks (deeplabv3cascade: of each of the last four stages')")
      .range(1, 64);
  table.add("aspp_channels", aspp_channels, "Filters of the pyramid's branches").range(1, 4096);
  table.add("image_level_features", image_level_features,
            "A branch of the pyramid that sees the whole image");
  table.add("decoder_channels", decoder_channels, "deeplabv3plus: filters of the decoder")
      .range(1, 4096);
  table
      .add("low_level_channels", low_level_channels,
           "deeplabv3plus: low-level features that join the decoder")
      .range(1, 4096);
  table
      .add("unet_channels", unet_channels,
           "unet: filters of the first level; each lower one has twice as many")
      .range(1, 1024);
  table
      .add("segnet_channels", segnet_channels,
           "segnet: filters of the first level; the next have 2, 4, 8 and 8 times as many")
      .range(1, 1024);
  table
      .add("scales", scales,
           "Input scales whose logits are fused by their maximum; empty: scale 1 alone")
      .range(0.1, 4);
}

bool has_backbone(const NetworkOptions& options) { return rule_of(options.network).has_backbone; }

bool bears_bfloat16(const NetworkOptions& options) {
  return rule_of(options.network).bears_bfloat16;
}

void check_network(const NetworkOptions& options, const std::string& where) {
  const NetworkRule& rule = rule_of(options.network);
  if (std::ranges::count(rule.output_strides, options.output_stride) == 0) {
    fail(ErrorKind::kUsage, "{}: network={} goes with output_stride={}, found {}", where,
         options.network, fmt::join(rule.output_strides, " or "), options.output_stride);
  }
  if (!rule.has_backbone && options.backbone != "none") {
    fail(ErrorKind::kUsage,
         "{}: network={} goes with backbone=none, for it has its own layers, "
         "found {}",
         where, options.network, options.backbone);
  }
  if (rule.has_backbone && options.backbone == "none") {
    fail(ErrorKind::kUsage, "{}: network={} needs a backbone, found none", where, options.network);
  }
  const bool needs_resnet = options.network == "deeplabv3cascade" || options.head == "torchvision";
  if (needs_resnet && options.backbone.starts_with("mobilenet")) {
    fail(ErrorKind::kUsage, "{}: {} goes with a ResNet, found backbone={}", where,
         options.head == "torchvision" ? "head=torchvision" : "network=" + options.network,
         options.backbone);
  }
  const bool other_grid = options.multi_grid != NetworkOptions().multi_grid;
  if (other_grid && options.backbone.starts_with("mobilenet")) {
    fail(ErrorKind::kUsage, "{}: multi_grid goes with a ResNet, found backbone={}", where,
         options.backbone);
  }
  if (options.head == "torchvision" && options.network != "deeplabv3") {
    fail(ErrorKind::kUsage, "{}: head=torchvision goes with network=deeplabv3, found {}", where,
         options.network);
  }
}

}  // namespace heartlab
