#include "heartlab/onnx/export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "heartlab/core/error.h"
#include "heartlab/segment/onednn/calibrate.h"
#include "heartlab/segment/segmenter.h"
#include "tests/segment/networks.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using ::testing::HasSubstr;
using testing::small_network;
using testing::TemporaryFolder;
using testing::write_network;

constexpr int kSide = 49;

// The first Python that has onnx and numpy; empty: none.
std::string python() {
  for (const std::string candidate : {"python3", "/usr/bin/python3"}) {
    const std::string command = candidate + " -c 'import numpy, onnx' 2>/dev/null";
    if (std::system(command.c_str()) == 0) return candidate;
  }
  return {};
}

void write_floats(const Path& file, const std::vector<float>& values) {
  write_bytes(
      file, {reinterpret_cast<const std::uint8_t*>(values.data()), values.size() * sizeof(float)});
}

std::vector<float> joined(const Logits& planes) {
  std::vector<float> all;
  for (const auto& plane : planes) {
    all.insert(all.end(), plane.pixels.begin(), plane.pixels.end());
  }
  return all;
}

// Fails unless the evaluator finds FOLDER/model.onnx well formed and its logits within `tolerance`
// of the engine's.
void expect_our_logits(const TemporaryFolder& folder, const std::string& precision,
                       double tolerance) {
  const std::string interpreter = python();
  if (interpreter.empty()) GTEST_SKIP() << "no python3 with onnx and numpy (package python3-onnx)";
  export_onnx({folder / "model.safetensors", folder / "model.onnx", precision});
  EngineOptions options;
  options.precision = precision;
  const auto engine = make_onednn_engine(ModelFile(folder / "model.safetensors"), options);
  const auto image = testing::formula_input(kSide);
  write_floats(folder / "image", image);
  write_floats(folder / "logits", joined(engine->run(image, kSide)));
  std::string command = fmt::format("'{}' '{}'", interpreter, HEARTLAB_EVALUATE);
  for (const char* file : {"model.onnx", "image", "logits"}) {
    command += fmt::format(" '{}'", (folder / file).string());
  }
  EXPECT_EQ(std::system(fmt::format("{} {} 2>&1", command, tolerance).c_str()), 0) << command;
}

class OnnxOf : public ::testing::TestWithParam<NetworkOptions> {};

TEST_P(OnnxOf, is_well_formed_and_gives_our_logits) {
  const TemporaryFolder folder;
  write_network(folder / "model.safetensors", GetParam(), kSide);
  expect_our_logits(folder, "fp32", 1e-3);
}

// Deeper backbones repeat the same operators, and NumPy takes its time for them.
std::vector<NetworkOptions> shallow_networks() {
  auto networks = testing::all_networks();
  std::erase_if(networks, [](const NetworkOptions& options) {
    return options.backbone == "resnet34" || options.backbone == "resnet101" ||
           (options.head == "torchvision" && options.output_stride == 16);
  });
  return networks;
}

INSTANTIATE_TEST_SUITE_P(networks, OnnxOf, ::testing::ValuesIn(shallow_networks()),
                         [](const auto& given) {
                           return testing::name_of(given.param, given.index);
                         });

// A residual's sum is rounded once more than the engine does.
TEST(OnnxExport, in_eight_bits_gives_nearly_our_logits) {
  const TemporaryFolder folder;
  const ModelFile model = write_network(folder / "exact.safetensors",
                                        small_network("deeplabv3plus", "resnet18"), kSide);
  ModelDescription description = model.description();
  description.quantisation.layers = onednn::calibrate(model, {testing::formula_input(kSide)}, 1.0);
  write_tensor_file(folder / "model.safetensors", model.weights().tensors(),
                    model_metadata(description));
  expect_our_logits(folder, "int8", 0.1);
}

TEST(OnnxExport, says_how_to_feed_it) {
  const TemporaryFolder folder;
  write_network(folder / "model.safetensors", small_network("deeplabv3", "resnet18"), 96);
  const auto summary = export_onnx({folder / "model.safetensors", folder / "model.onnx"});
  EXPECT_EQ(summary.side, 96);
  const std::string file = read_text(folder / "model.onnx");
  EXPECT_EQ(file.size(), summary.bytes);
  for (const char* words : {"heartlab.preparation", "\"size\":96", "\"backbone\":\"resnet18\"",
                            "licence", "Not a medical device"}) {
    EXPECT_THAT(file, HasSubstr(words));
  }
}

TEST(OnnxExport, of_no_model_leaves_nothing_behind) {
  const TemporaryFolder folder;
  write_text(folder / "foreign.safetensors", "no model");
  testing::expect_error(ErrorKind::kBadInput, {"foreign.safetensors"}, [&] {
    export_onnx({folder / "foreign.safetensors", folder / "model.onnx"});
  });
  EXPECT_FALSE(std::filesystem::exists(folder / "model.onnx"));
}

TEST(OnnxExport, replaces_an_onnx_file_and_nothing_else) {
  const TemporaryFolder folder;
  const Path model = folder / "model.safetensors";
  write_network(model, small_network("deeplabv3", "resnet18"), 96);
  const Bytes before = read_bytes(model);
  testing::expect_error(ErrorKind::kUsage, {"--onnx", "model.safetensors"}, [&] {
    export_onnx({model, model});
  });
  EXPECT_EQ(read_bytes(model), before);
  export_onnx({model, folder / "model.onnx"});
  export_onnx({model, folder / "model.onnx"});
}

}  // namespace
}  // namespace heartlab
