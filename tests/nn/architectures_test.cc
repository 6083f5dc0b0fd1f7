#include <gtest/gtest.h>

#include <cstdlib>

#include "heartlab/model/architecture.h"
#include "heartlab/nn/compat.h"
#include "heartlab/nn/convolution.h"
#include "heartlab/nn/network.h"
#include "heartlab/nn/resize.h"
#include "heartlab/nn/segnet.h"
#include "tests/nn/formula.h"

namespace heartlab {
namespace {

using testing::fill_by_formula;
using testing::formula;

// "deeplabv3_on_mobilenetv3_large", or on ResNet-18.
NetworkOptions options_of(const std::string& name) {
  const std::size_t on = name.find("_on_");
  const std::string network = name.substr(0, on);
  NetworkOptions options;
  options.network = network;
  options.backbone = network == "unet" || network == "segnet" ? "none" : "resnet18";
  if (on != std::string::npos) options.backbone = name.substr(on + 4);
  if (network.starts_with("fcn") || network == "segnet") options.output_stride = 32;
  if (network == "dilated_context") options.output_stride = 8;
  options.unet_channels = 6;
  options.segnet_channels = 6;
  return options;
}

torch::Tensor image(int batch, int rows, int columns) {
  return formula({batch, 1, rows, columns}, 0.25).to(torch::kFloat);
}

int64_t count_parameters(const torch::nn::Module& network) {
  int64_t count = 0;
  for (const auto& parameter : network.parameters()) count += parameter.numel();
  return count;
}

// Of a convolution without bias and its batch norm.
int64_t normed(int64_t in, int64_t out, int64_t kernel) {
  return in * out * kernel * kernel + 2 * out;
}

class Architectures : public ::testing::TestWithParam<std::string> {};

TEST_P(Architectures, give_logits_of_the_inputs_size_whatever_it_is) {
  const torch::NoGradGuard no_gradients;
  Network network(options_of(GetParam()));
  network->eval();
  for (const auto& [rows, columns] : {std::pair{1, 1}, {2, 5}, {33, 64}, {65, 31}}) {
    const auto logits = network->forward(image(2, rows, columns));
    EXPECT_EQ(logits.sizes(), (torch::IntArrayRef{2, 2, rows, columns}));
    EXPECT_TRUE(torch::isfinite(logits).all().item<bool>());
  }
}

TEST_P(Architectures, learn_in_every_parameter_in_fp32_and_bf16) {
  for (const bool bfloat16 : {false, true}) {
    Network network(options_of(GetParam()));
    initialise(network, Generator(5));
    to_channels_last(*network);
    network->train();
    torch::Tensor logits;
    {
      const AutocastGuard autocast(torch::kCPU, bfloat16);
      logits = network->forward(channels_last(image(2, 48, 48)));
    }
    logits.square().sum().backward();
    for (const auto& item : network->named_parameters()) {
      ASSERT_TRUE(item.value().grad().defined()) << item.key();
      EXPECT_TRUE(torch::isfinite(item.value().grad()).all().item<bool>()) << item.key();
      EXPECT_GT(item.value().grad().abs().max().item<float>(), 0) << item.key();
    }
  }
}

TEST_P(Architectures, start_with_finite_logits_that_differ_from_place_to_place) {
  const torch::NoGradGuard no_gradients;
  Network network(options_of(GetParam()));
  initialise(network, Generator(5));
  network->train();
  const auto logits = network->forward(image(2, 80, 80));
  EXPECT_GT(logits.std().item<float>(), 1e-3);
  EXPECT_LT(logits.abs().max().item<float>(), 1e3);
}

TEST_P(Architectures, have_features_of_the_channels_that_their_head_expects) {
  const torch::NoGradGuard no_gradients;
  const NetworkOptions options = options_of(GetParam());
  const auto backbone = make_backbone(options);
  backbone->eval();
  std::vector<int> channels;
  for (const auto& features : backbone->forward(image(1, 64, 64))) {
    channels.push_back(static_cast<int>(features.size(1)));
  }
  EXPECT_EQ(channels, feature_channels(options));
}

INSTANTIATE_TEST_SUITE_P(networks, Architectures,
                         ::testing::Values("deeplabv2", "deeplabv3", "deeplabv3plus",
                                           "deeplabv3cascade", "dilated_context", "parsenet",
                                           "fcn32s", "fcn16s", "fcn8s", "unet", "segnet",
                                           "deeplabv3_on_mobilenetv3_large",
                                           "deeplabv3plus_on_mobilenetv3_small",
                                           "fcn8s_on_mobilenetv3_large"),
                         [](const auto& given) { return given.param; });

TEST(Cascade, adds_three_copies_of_the_last_stage_and_the_logits) {
  NetworkOptions options = options_of("deeplabv3cascade");
  const int64_t copies = count_parameters(*make_backbone(options));
  options.network = "deeplabv3";
  const int64_t once = count_parameters(*make_backbone(options));
  EXPECT_EQ(copies - once, 3 * 4 * normed(512, 512, 3));
  EXPECT_EQ(count_parameters(*Network(options_of("deeplabv3cascade"))), copies + 512 * 2 + 2);
}

TEST(Fcn, enlarges_coarse_scores_and_adds_finer_ones) {
  const torch::NoGradGuard no_gradients;
  Network network(options_of("fcn8s"));
  fill_by_formula(*network);
  network->eval();
  const auto backbone = make_backbone(network->options());
  fill_by_formula(*backbone);
  const auto state = state_of(*network);
  for (auto& [name, tensor] : state_of(*backbone)) tensor.copy_(state.at("backbone." + name));
  backbone->eval();
  const auto x = image(1, 72, 56);
  const auto features = backbone->forward(x);
  const auto score = [&](int stride, std::size_t stage) {
    const std::string name = "classifier.score" + std::to_string(stride);
    return torch::conv2d(features[stage], state.at(name + ".weight"), state.at(name + ".bias"));
  };
  auto sum = score(16, 2) + resize_bilinear(score(32, 3), 5, 4);
  sum = score(8, 1) + resize_bilinear(sum, 9, 7);
  EXPECT_TRUE(torch::allclose(network->forward(x), resize_bilinear(sum, 72, 56), 1e-4, 1e-5));
}

TEST(Fcn, of_finer_strides_has_one_more_layer_of_scores_each) {
  const auto count = [](const std::string& network) {
    return count_parameters(*Network(options_of(network)));
  };
  EXPECT_EQ(count("fcn16s") - count("fcn32s"), 256 * 2 + 2);
  EXPECT_EQ(count("fcn8s") - count("fcn16s"), 128 * 2 + 2);
}

TEST(UNet, has_as_many_parameters_as_its_levels_say) {
  const int64_t w = 6;
  int64_t expected = normed(1, w, 3) + normed(w, w, 3);
  for (const int64_t width : {2 * w, 4 * w, 8 * w, 16 * w}) {
    expected += normed(width / 2, width, 3) + normed(width, width, 3);
    expected += normed(width + width / 2, width / 2, 3) + normed(width / 2, width / 2, 3);
  }
  expected += w * 2 + 2;
  EXPECT_EQ(count_parameters(*Network(options_of("unet"))), expected);
}

// The first level's four convolutions, two before and two behind the others, reach 4 places.
TEST(UNet, keeps_a_detail_of_one_pixel_where_it_is) {
  const torch::NoGradGuard no_gradients;
  Network network(options_of("unet"));
  initialise(network, Generator(3));
  network->eval();
  auto one = torch::zeros({1, 1, 64, 64});
  auto other = one.clone();
  other[0][0][21][40] = 1;
  const auto change = (network->forward(other) - network->forward(one)).abs().sum(1)[0];
  const auto place = change.argmax().item<int64_t>();
  EXPECT_LE(std::abs(place / 64 - 21), 4);
  EXPECT_LE(std::abs(place % 64 - 40), 4);
}

// torchvision's published networks have 5,483,032 and 2,542,856, of which the classifiers behind
// the features have 2,511,080 and 1,615,848.
TEST(MobileNet, has_as_many_parameters_as_torchvisions) {
  for (const auto& [backbone, count] :
       {std::pair{"mobilenetv3_large", 2971952}, {"mobilenetv3_small", 927008}}) {
    NetworkOptions options;
    options.backbone = backbone;
    options.input_channels = 3;
    EXPECT_EQ(count_parameters(*make_backbone(options)), count) << backbone;
  }
}

TEST(MobileNet, names_its_parameters_as_torchvision_does) {
  NetworkOptions options;
  options.backbone = "mobilenetv3_large";
  Network network(options);
  const auto state = state_of(*network);
  const std::pair<const char*, std::vector<int64_t>> published[] = {
      {"features.0.0.weight", {16, 1, 3, 3}},
      {"features.1.block.0.0.weight", {16, 1, 3, 3}},
      {"features.1.block.1.1.running_var", {16}},
      {"features.4.block.1.0.weight", {72, 1, 5, 5}},
      {"features.4.block.2.fc1.weight", {24, 72, 1, 1}},
      {"features.4.block.2.fc2.bias", {72}},
      {"features.15.block.3.0.weight", {160, 960, 1, 1}},
      {"features.16.1.bias", {960}}};
  for (const auto& [name, shape] : published) {
    const auto found = state.find("backbone." + std::string(name));
    ASSERT_NE(found, state.end()) << name;
    EXPECT_EQ(found->second.sizes(), torch::IntArrayRef(shape)) << name;
  }
}

TEST(SegNet, has_vggs_convolutions_and_their_mirror_image) {
  const int64_t w = 6;
  const int64_t widths[] = {w,     w,     2 * w, 2 * w, 4 * w, 4 * w, 4 * w,
                            8 * w, 8 * w, 8 * w, 8 * w, 8 * w, 8 * w};
  int64_t expected = normed(1, w, 3) + normed(w, w, 3) + w * 2 + 2;
  for (int i = 1; i < 13; ++i) {
    expected += normed(widths[i - 1], widths[i], 3) + normed(widths[i], widths[i - 1], 3);
  }
  EXPECT_EQ(count_parameters(*Network(options_of("segnet"))), expected);
}

TEST(SegNet, puts_maxima_back_where_they_came_from) {
  for (const auto& [rows, columns] : {std::pair{6, 8}, {5, 7}, {1, 1}}) {
    const auto x = formula({2, 3, rows, columns}, 0.5).to(torch::kFloat) + 2;
    const auto back = unpool(pool_with_places(x).values, pool_with_places(x));
    ASSERT_EQ(back.sizes(), x.sizes());
    const auto kept = back != 0;
    EXPECT_TRUE(torch::equal(back, torch::where(kept, x, torch::zeros_like(x))));
    EXPECT_EQ(kept.sum().item<int64_t>(), 2 * 3 * ((rows + 1) / 2) * ((columns + 1) / 2));
    EXPECT_TRUE(torch::equal(pool_with_places(back).values, pool_with_places(x).values));
  }
}

}  // namespace
}  // namespace heartlab
