#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <ostream>

#include "heartlab/core/error.h"
#include "heartlab/nn/network.h"
#include "heartlab/segment/onednn/calibrate.h"
#include "heartlab/segment/onednn/onednn_engine.h"
#include "heartlab/segment/torch/torch_engine.h"
#include "tests/nn/formula.h"
#include "tests/support/support.h"

namespace heartlab {

// How GoogleTest shows a parameter.
void PrintTo(const NetworkOptions& options, std::ostream* stream) {
  *stream << options.network << " on " << options.backbone;
}

namespace {

using testing::fill_by_formula;
using testing::formula;
using testing::TemporaryFolder;

NetworkOptions small(const std::string& network, const std::string& backbone) {
  NetworkOptions options;
  options.network = network;
  options.backbone = backbone;
  options.output_stride = network == "deeplabv2" ? 8 : 16;
  options.aspp_channels = 24;
  options.decoder_channels = 24;
  options.low_level_channels = 12;
  return options;
}

// Every network the project has, in the shapes that differ to an engine.
std::vector<NetworkOptions> networks() {
  std::vector<NetworkOptions> all = {
      small("deeplabv2", "resnet18"),     small("deeplabv3", "resnet18"),
      small("deeplabv3", "resnet34"),     small("deeplabv3", "resnet50"),
      small("deeplabv3plus", "resnet18"), small("deeplabv3plus", "resnet101")};
  NetworkOptions multi_scale = small("deeplabv2", "resnet18");
  multi_scale.scales = {0.5, 0.75, 1};
  NetworkOptions torchvision = small("deeplabv3", "resnet50");
  torchvision.head = "torchvision";
  torchvision.output_stride = 8;
  NetworkOptions no_image_level = small("deeplabv3", "resnet18");
  no_image_level.image_level_features = false;
  NetworkOptions colour = small("deeplabv3", "resnet18");
  colour.input_channels = 3;
  colour.classes = 5;
  all.insert(all.end(), {multi_scale, torchvision, no_image_level, colour});
  return all;
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

ModelFile write_model(const Path& file, const NetworkOptions& options, int side) {
  Network network(options);
  fill_by_formula(*network);
  // The formula's swinging filters cancel in DeepLabv2's head, which goes straight to the classes:
  // its logits would be rounding alone.
  if (options.network == "deeplabv2") draw_head(network);
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

std::vector<float> input_of(int side) {
  const auto values = formula({side, side}, 0.5).to(torch::kFloat);
  return {values.data_ptr<float>(), values.data_ptr<float>() + values.numel()};
}

double largest(const Logits& planes) {
  double found = 0;
  for (const auto& plane : planes) {
    for (const float value : plane.pixels) found = std::max(found, std::abs(double{value}));
  }
  return found;
}

double largest_difference(const Logits& one, const Logits& other) {
  EXPECT_EQ(one.size(), other.size());
  double found = 0;
  for (std::size_t k = 0; k < one.size(); ++k) {
    EXPECT_EQ(one[k].pixels.size(), other[k].pixels.size());
    for (std::size_t i = 0; i < one[k].pixels.size(); ++i) {
      found = std::max(found, std::abs(double{one[k].pixels[i]} - other[k].pixels[i]));
    }
  }
  return found;
}

class EnginesOn : public ::testing::TestWithParam<NetworkOptions> {};

TEST_P(EnginesOn, give_the_same_logits_in_fp32) {
  for (const int side : {1, 64, 81}) {
    const TemporaryFolder folder;
    const ModelFile model = write_model(folder.path() / "model.safetensors", GetParam(), side);
    EngineOptions options;
    options.precision = "fp32";
    const Logits expected = make_torch_engine(model, options)->run(input_of(side), side);
    const Logits found = make_onednn_engine(model, options)->run(input_of(side), side);
    EXPECT_GT(largest(expected), 0);
    EXPECT_LE(largest_difference(found, expected), 1e-3 * largest(expected)) << "side " << side;
  }
}

TEST_P(EnginesOn, bf16_stays_within_one_hundredth_of_the_largest_logit) {
  const TemporaryFolder folder;
  const ModelFile model = write_model(folder.path() / "model.safetensors", GetParam(), 81);
  EngineOptions options;
  options.precision = "fp32";
  const Logits expected = make_onednn_engine(model, options)->run(input_of(81), 81);
  options.precision = "bf16";
  const auto engine = make_onednn_engine(model, options);
  if (engine->description().find("no bf16") != std::string::npos) {
    GTEST_SKIP() << engine->description();
  }
  EXPECT_LE(largest_difference(engine->run(input_of(81), 81), expected), 0.01 * largest(expected));
}

TEST_P(EnginesOn, int8_stays_near_fp32_with_every_layer_that_suits) {
  const TemporaryFolder folder;
  const ModelFile model = write_model(folder.path() / "model.safetensors", GetParam(), 81);
  EngineOptions options;
  options.precision = "fp32";
  const Logits expected = make_onednn_engine(model, options)->run(input_of(81), 81);
  Quantisation quantisation;
  quantisation.layers = onednn::calibrate(model, {input_of(81)}, 1.0);
  EXPECT_FALSE(quantisation.layers.contains("backbone.conv1"));
  EXPECT_TRUE(quantisation.layers.contains("backbone.layer4.1.conv2"));
  options.precision = "int8";
  const auto engine = onednn::make_engine(model, options, quantisation);
  EXPECT_NE(engine->description().find("int8"), std::string::npos) << engine->description();
  EXPECT_LE(largest_difference(engine->run(input_of(81), 81), expected), 0.1 * largest(expected));
}

std::string name_of(const ::testing::TestParamInfo<NetworkOptions>& info) {
  const NetworkOptions& options = info.param;
  return fmt::format("{}_{}_{}", options.network, options.backbone, info.index);
}

INSTANTIATE_TEST_SUITE_P(networks, EnginesOn, ::testing::ValuesIn(networks()), name_of);

TEST(OnednnEngine, runs_again_with_the_same_result) {
  const TemporaryFolder folder;
  const ModelFile model =
      write_model(folder.path() / "model.safetensors", small("deeplabv3plus", "resnet18"), 64);
  const auto engine = make_onednn_engine(model, {});
  const Logits first = engine->run(input_of(64), 64);
  EXPECT_EQ(largest_difference(engine->run(input_of(64), 64), first), 0);
}

TEST(OnednnEngine, at_another_scale_gives_what_a_model_of_that_side_gives) {
  const TemporaryFolder folder;
  const NetworkOptions network = small("deeplabv3plus", "resnet18");
  const ModelFile small_model = write_model(folder.path() / "64.safetensors", network, 64);
  const ModelFile large_model = write_model(folder.path() / "96.safetensors", network, 96);
  EngineOptions options;
  options.scales = {1, 1.5};
  const auto engine = make_onednn_engine(small_model, options);
  const Logits expected = make_onednn_engine(large_model, {})->run(input_of(96), 96);
  EXPECT_EQ(largest_difference(engine->run(input_of(96), 96), expected), 0);
}

TEST(OnednnEngine, in_int8_needs_a_model_made_for_it) {
  const TemporaryFolder folder;
  const ModelFile model =
      write_model(folder.path() / "model.safetensors", small("deeplabv3", "resnet18"), 64);
  EngineOptions options;
  options.precision = "int8";
  testing::expect_error(ErrorKind::kUsage, {"model.safetensors", "heartlab quantize"},
                        [&] { make_onednn_engine(model, options); });
}

TEST(OnednnEngine, names_the_tensor_that_is_missing_or_not_finite) {
  const TemporaryFolder folder;
  const NetworkOptions options = small("deeplabv3", "resnet18");
  const ModelFile model = write_model(folder.path() / "model.safetensors", options, 64);
  auto tensors = model.weights().tensors();
  const auto metadata = model.weights().metadata();
  const std::string name = "classifier.1.bias";
  const Bytes not_finite = {0, 0, 0xc0, 0x7f, 0, 0, 0, 0};  // NaN, 0
  tensors[name].bytes = not_finite;
  write_tensor_file(folder.path() / "nan.safetensors", tensors, metadata);
  tensors.erase("backbone.bn1.running_var");
  write_tensor_file(folder.path() / "missing.safetensors", tensors, metadata);
  testing::expect_error(ErrorKind::kBadInput, {"nan.safetensors", name, "NaN"}, [&] {
    make_onednn_engine(ModelFile(folder.path() / "nan.safetensors"), {});
  });
  testing::expect_error(
      ErrorKind::kBadInput, {"missing.safetensors", "backbone.bn1.running_var"},
      [&] { make_onednn_engine(ModelFile(folder.path() / "missing.safetensors"), {}); });
}

}  // namespace
}  // namespace heartlab
