#include <fmt/format.h>
#include <gtest/gtest.h>
#include <omp.h>

#include <algorithm>
#include <cmath>

#include "heartlab/core/error.h"
#include "heartlab/segment/onednn/calibrate.h"
#include "heartlab/segment/onednn/onednn_engine.h"
#include "heartlab/segment/torch/torch_engine.h"
#include "tests/segment/networks.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using testing::all_networks;
using testing::formula_input;
using testing::small_network;
using testing::TemporaryFolder;
using testing::write_network;

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

// A backbone's first convolution, whose source has both signs, and one that suits 8 bits.
std::pair<std::string, std::string> layers_of(const std::string& backbone) {
  if (backbone == "none") return {"backbone.encoder.0.0.0", "backbone.decoder.1.0.0"};
  if (backbone.starts_with("mobilenet")) {
    const int project = backbone.ends_with("small") ? 2 : 1;
    return {"backbone.features.0.0", fmt::format("backbone.features.1.block.{}.0", project)};
  }
  return {"backbone.conv1", "backbone.layer4.1.conv2"};
}

class EnginesOn : public ::testing::TestWithParam<NetworkOptions> {};

TEST_P(EnginesOn, give_the_same_logits_in_fp32) {
  for (const int side : {1, 64, 81}) {
    const TemporaryFolder folder;
    const ModelFile model = write_network(folder.path() / "model.safetensors", GetParam(), side);
    EngineOptions options;
    options.precision = "fp32";
    const Logits expected = make_torch_engine(model, options)->run(formula_input(side), side);
    const Logits found = make_onednn_engine(model, options)->run(formula_input(side), side);
    EXPECT_GT(largest(expected), 0);
    EXPECT_LE(largest_difference(found, expected), 1e-3 * largest(expected)) << "side " << side;
  }
}

TEST(TorchEngine, leaves_the_callers_threads_and_floating_point_as_they_were) {
  const TemporaryFolder folder;
  const ModelFile model = write_network(folder.path() / "model.safetensors",
                                        small_network("deeplabv3", "resnet18"), 64);
  EngineOptions options;
  options.threads = 1;
  omp_set_num_threads(3);
  const volatile float smallest = 1e-39F;
  make_torch_engine(model, options)->run(formula_input(64), 64);
  EXPECT_EQ(omp_get_max_threads(), 3);
  const volatile float half = smallest * 0.5F;
  EXPECT_GT(half, 0) << "numbers near 0 are rounded to it";
}

TEST_P(EnginesOn, bf16_stays_within_one_hundredth_of_the_largest_logit) {
  const TemporaryFolder folder;
  const ModelFile model = write_network(folder.path() / "model.safetensors", GetParam(), 81);
  EngineOptions options;
  options.precision = "fp32";
  const Logits expected = make_onednn_engine(model, options)->run(formula_input(81), 81);
  options.precision = "bf16";
  const auto engine = make_onednn_engine(model, options);
  if (engine->description().find("no bf16") != std::string::npos) {
    GTEST_SKIP() << "this processor does not multiply bf16: " << engine->description();
  }
  EXPECT_LE(largest_difference(engine->run(formula_input(81), 81), expected),
            0.01 * largest(expected));
  // Those that it would take further say that they are computed in fp32.
  EXPECT_EQ(engine->description().find("bf16 rounds") == std::string::npos,
            bears_bfloat16(GetParam()));
}

TEST_P(EnginesOn, int8_stays_near_fp32_with_every_layer_that_suits) {
  const TemporaryFolder folder;
  const ModelFile model = write_network(folder.path() / "model.safetensors", GetParam(), 81);
  EngineOptions options;
  options.precision = "fp32";
  const Logits expected = make_onednn_engine(model, options)->run(formula_input(81), 81);
  Quantisation quantisation;
  quantisation.layers = onednn::calibrate(model, {formula_input(81)}, 1.0);
  const auto [first, later] = layers_of(GetParam().backbone);
  EXPECT_FALSE(quantisation.layers.contains(first));
  EXPECT_TRUE(quantisation.layers.contains(later));
  options.precision = "int8";
  const auto engine = onednn::make_engine(model, options, quantisation);
  EXPECT_NE(engine->description().find("int8"), std::string::npos) << engine->description();
  EXPECT_LE(largest_difference(engine->run(formula_input(81), 81), expected),
            0.1 * largest(expected));
}

INSTANTIATE_TEST_SUITE_P(networks, EnginesOn, ::testing::ValuesIn(all_networks()),
                         [](const auto& given) {
                           return testing::name_of(given.param, given.index);
                         });

TEST(OnednnEngine, runs_again_with_the_same_result) {
  const TemporaryFolder folder;
  const ModelFile model = write_network(folder.path() / "model.safetensors",
                                        small_network("deeplabv3plus", "resnet18"), 64);
  const auto engine = make_onednn_engine(model, {});
  const Logits first = engine->run(formula_input(64), 64);
  EXPECT_EQ(largest_difference(engine->run(formula_input(64), 64), first), 0);
}

TEST(OnednnEngine, at_another_scale_gives_what_a_model_of_that_side_gives) {
  const TemporaryFolder folder;
  const NetworkOptions network = small_network("deeplabv3plus", "resnet18");
  const ModelFile small_model = write_network(folder.path() / "64.safetensors", network, 64);
  const ModelFile large_model = write_network(folder.path() / "96.safetensors", network, 96);
  EngineOptions options;
  options.scales = {1, 1.5};
  const auto engine = make_onednn_engine(small_model, options);
  const Logits expected = make_onednn_engine(large_model, {})->run(formula_input(96), 96);
  EXPECT_EQ(largest_difference(engine->run(formula_input(96), 96), expected), 0);
}

TEST(OnednnEngine, times_every_operation_when_asked) {
  const TemporaryFolder folder;
  const ModelFile model = write_network(folder.path() / "model.safetensors",
                                        small_network("deeplabv3plus", "resnet18"), 64);
  EngineOptions options;
  options.profile = true;
  const auto engine = make_onednn_engine(model, options);
  engine->run(formula_input(64), 64);
  const Profile profile = engine->profile();
  // Of one run: medians of several need not add up.
  EXPECT_GT(profile.seconds_in_operations(), 0.3 * profile.seconds);
  EXPECT_LE(profile.seconds_in_operations(), profile.seconds);
  const auto* first = &profile.operations.front();
  while (first->name != "backbone.conv1") ++first;
  EXPECT_EQ(first->macs, 32 * 32 * 64 * 7 * 7);
  for (int i = 0; i < 2; ++i) engine->run(formula_input(64), 64);
  EXPECT_EQ(engine->profile().runs, 3);
  const auto untimed = make_onednn_engine(model, {});
  untimed->run(formula_input(64), 64);
  EXPECT_EQ(untimed->profile().seconds, 0);
  EXPECT_EQ(untimed->profile().macs(), profile.macs());
}

TEST(OnednnEngine, in_int8_needs_a_model_made_for_it) {
  const TemporaryFolder folder;
  const ModelFile model = write_network(folder.path() / "model.safetensors",
                                        small_network("deeplabv3", "resnet18"), 64);
  EngineOptions options;
  options.precision = "int8";
  testing::expect_error(ErrorKind::kUsage, {"model.safetensors", "heartlab quantize"},
                        [&] { make_onednn_engine(model, options); });
}

TEST(OnednnEngine, eight_bits_of_a_layer_that_does_not_bear_them_are_refused) {
  const TemporaryFolder folder;
  const ModelFile model = write_network(folder.path() / "model.safetensors",
                                        small_network("deeplabv3", "resnet18"), 64);
  const auto opened_with = [&](const std::string& layer) {
    ModelDescription description = model.description();
    description.quantisation.layers[layer] = {1, 1};
    const Path file = folder.path() / "int8.safetensors";
    write_tensor_file(file, model.weights().tensors(), model_metadata(description));
    make_onednn_engine(ModelFile(file), {});
  };
  EXPECT_NO_THROW(opened_with("backbone.layer1.0.conv1"));
  for (const char* layer : {"backbone.layer9.conv1", "backbone.conv1", "classifier.1"}) {
    testing::expect_error(ErrorKind::kBadInput, {"int8.safetensors", layer},
                          [&] { opened_with(layer); });
  }
}

TEST(OnednnEngine, names_the_tensor_that_is_missing_or_not_finite) {
  const TemporaryFolder folder;
  const NetworkOptions options = small_network("deeplabv3", "resnet18");
  const ModelFile model = write_network(folder.path() / "model.safetensors", options, 64);
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
