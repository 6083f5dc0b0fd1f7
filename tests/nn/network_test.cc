#include "heartlab/nn/network.h"

#include <gtest/gtest.h>

#include "heartlab/core/error.h"
#include "heartlab/model/architecture.h"
#include "heartlab/nn/compat.h"
#include "heartlab/nn/resize.h"
#include "heartlab/nn/resnet.h"
#include "tests/nn/formula.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using testing::fill_by_formula;
using testing::formula;

const Path kGolden = HEARTLAB_GOLDEN;

NetworkOptions small(const std::string& network) {
  NetworkOptions options;
  options.network = network;
  options.backbone = "resnet18";
  options.output_stride = network == "deeplabv2" ? 8 : 16;
  options.aspp_channels = 16;
  options.decoder_channels = 16;
  options.low_level_channels = 8;
  return options;
}

torch::Tensor random_input(int batch, int rows, int columns) {
  return formula({batch, 1, rows, columns}, 0.25).to(torch::kFloat);
}

void expect_golden(const NetworkOptions& options, const std::string& file) {
  const torch::NoGradGuard no_gradients;
  set_up_torch(0);
  Network network(options);
  fill_by_formula(*network);
  network->eval();
  const TensorFile golden(kGolden / file);
  const auto expected = to_tensor(golden.at("logits"));
  const auto side = expected.size(2);
  const auto logits = network->forward(formula({1, 1, side, side}, 0.5).to(torch::kFloat));
  ASSERT_EQ(logits.sizes(), expected.sizes());
  const double largest = expected.abs().max().item<double>();
  EXPECT_GT(largest, 0);
  EXPECT_LE((logits - expected).abs().max().item<double>(), 1e-4 * largest);
}

NetworkOptions torchvision_head(const std::string& backbone) {
  NetworkOptions options;
  options.backbone = backbone;
  options.head = "torchvision";
  options.output_stride = 8;
  return options;
}

TEST(Network, deeplabv3_on_resnet50_equals_torchvision) {
  expect_golden(torchvision_head("resnet50"), "deeplabv3-resnet50.safetensors");
}

TEST(Network, deeplabv3_on_resnet101_equals_torchvision) {
  expect_golden(torchvision_head("resnet101"), "deeplabv3-resnet101.safetensors");
}

TEST(Network, deeplabv2_equals_an_independent_one) {
  for (const std::string backbone : {"resnet18", "resnet101"}) {
    NetworkOptions options;
    options.network = "deeplabv2";
    options.backbone = backbone;
    options.output_stride = 8;
    expect_golden(options, "deeplabv2-" + backbone + ".safetensors");
  }
}

TEST(Network, logits_have_the_inputs_size_whatever_it_is) {
  const torch::NoGradGuard no_gradients;
  for (const std::string name : {"deeplabv2", "deeplabv3", "deeplabv3plus"}) {
    Network network(small(name));
    network->eval();
    for (const auto& [rows, columns] : {std::pair{1, 1}, {33, 64}, {65, 31}}) {
      const auto logits = network->forward(random_input(2, rows, columns));
      EXPECT_EQ(logits.sizes(), (torch::IntArrayRef{2, 2, rows, columns})) << name;
    }
  }
}

TEST(Network, a_batch_of_one_trains_with_image_level_features) {
  Network network(small("deeplabv3"));
  network->train();
  const auto logits = network->forward(random_input(1, 48, 48));
  logits.sum().backward();
  EXPECT_TRUE(torch::isfinite(logits).all().item<bool>());
}

TEST(Network, channels_and_classes_are_free) {
  const torch::NoGradGuard no_gradients;
  NetworkOptions options = small("deeplabv3plus");
  options.input_channels = 3;
  options.classes = 4;
  Network network(options);
  network->eval();
  EXPECT_EQ(network->forward(torch::zeros({1, 3, 40, 40})).size(1), 4);
}

TEST(Network, output_stride_8_keeps_twice_the_resolution_of_16) {
  const torch::NoGradGuard no_gradients;
  for (const int stride : {8, 16}) {
    NetworkOptions options = small("deeplabv3");
    options.output_stride = stride;
    ResNet backbone(backbone_shape(options));
    backbone->eval();
    EXPECT_EQ(backbone->forward(torch::zeros({1, 1, 64, 64})).back().size(2), 64 / stride);
  }
}

TEST(Network, several_scales_are_fused_by_their_maximum) {
  const torch::NoGradGuard no_gradients;
  NetworkOptions options = small("deeplabv2");
  options.scales = {0.5, 0.75, 1};
  Network network(options);
  fill_by_formula(*network);
  network->eval();
  const auto outputs = network->forward_all(random_input(1, 64, 64));
  ASSERT_EQ(outputs.size(), 4U);
  auto largest = resize_bilinear(outputs[1], 64, 64);
  for (std::size_t i = 2; i < outputs.size(); ++i) {
    largest = torch::maximum(largest, resize_bilinear(outputs[i], 64, 64));
  }
  EXPECT_TRUE(torch::equal(outputs[0], largest));
}

TEST(Network, the_same_seed_draws_the_same_weights) {
  Network one(small("deeplabv3")), two(small("deeplabv3")), other(small("deeplabv3"));
  initialise(one, Generator(7));
  initialise(two, Generator(7));
  initialise(other, Generator(8));
  const auto first = state_of(*one), second = state_of(*two), third = state_of(*other);
  for (const auto& [name, tensor] : first)
    EXPECT_TRUE(torch::equal(tensor, second.at(name))) << name;
  EXPECT_FALSE(torch::equal(first.at("backbone.conv1.weight"), third.at("backbone.conv1.weight")));
}

TEST(Network, channels_last_changes_no_logit) {
  const torch::NoGradGuard no_gradients;
  Network network(small("deeplabv3plus"));
  fill_by_formula(*network);
  network->eval();
  const auto x = random_input(1, 64, 64);
  const auto before = network->forward(x);
  to_channels_last(*network);
  const auto after = network->forward(x.contiguous(at::MemoryFormat::ChannelsLast));
  EXPECT_TRUE(torch::allclose(before, after, 1e-3, 1e-4 * before.abs().max().item<double>()));
}

TEST(Network, contradicting_options_are_refused) {
  NetworkOptions options;
  options.head = "torchvision";
  options.network = "deeplabv3plus";
  testing::expect_error(ErrorKind::kUsage, {"torchvision", "deeplabv3plus"},
                        [&] { check_network(options, "options"); });
}

}  // namespace
}  // namespace heartlab
