#include "heartlab/model/model_file.h"

#include <gtest/gtest.h>

#include "heartlab/core/error.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using testing::expect_error;
using testing::TemporaryFolder;

ModelDescription description() {
  ModelDescription made;
  made.network.network = "deeplabv3plus";
  made.network.atrous_rates = {3, 6, 9};
  made.network.scales = {0.5, 1};
  made.preparation.size = 256;
  made.preparation.standardise = "image";
  made.preparation.mean = 21.5;
  made.target = "cavity";
  made.class_names = {"cavity", "background"};
  made.quantisation.layers["backbone.layer1.0.conv1"] = {2.5, 0.75};
  made.quantisation.report = {{"calibrated_on", 24}};
  made.confidence = {-1.5, 0.75, 0.25, {{"patients", {"P1", "P2"}}}};
  made.training = {{"seed", 1}};
  return made;
}

TEST(ModelFile, keeps_the_whole_description) {
  const TemporaryFolder folder;
  write_tensor_file(folder / "m.safetensors", {}, model_metadata(description()));
  const ModelFile model(folder / "m.safetensors");
  EXPECT_EQ(model_metadata(model.description()), model_metadata(description()));
  EXPECT_EQ(model.description().network.atrous_rates, (std::vector<int>{3, 6, 9}));
  EXPECT_DOUBLE_EQ(model.description().preparation.mean, 21.5);
}

TEST(ModelFile, weights_of_another_program_are_named_as_such) {
  const TemporaryFolder folder;
  write_tensor_file(folder / "other.safetensors", {}, {{"format", "pt"}});
  expect_error(ErrorKind::kBadInput, {"other.safetensors", "not a HeartLab model", "--init"},
               [&] { ModelFile(folder / "other.safetensors"); });
}

TEST(ModelFile, a_damaged_description_is_refused) {
  const TemporaryFolder folder;
  auto metadata = model_metadata(description());
  for (auto& [key, value] : metadata) {
    if (key == "heartlab.model") value = value.substr(0, value.size() / 2);
  }
  write_tensor_file(folder / "m.safetensors", {}, metadata);
  expect_error(ErrorKind::kBadInput, {"m.safetensors", "damaged"},
               [&] { ModelFile(folder / "m.safetensors"); });
}

TEST(ModelFile, a_range_of_8_bits_that_is_no_positive_number_is_refused) {
  const TemporaryFolder folder;
  for (const double wrong : {0.0, -1.0}) {
    ModelDescription made = description();
    made.quantisation.layers["backbone.layer1.0.conv1"] = {wrong, 1};
    write_tensor_file(folder / "m.safetensors", {}, model_metadata(made));
    expect_error(ErrorKind::kBadInput, {"m.safetensors", "backbone.layer1.0.conv1", "positive"},
                 [&] { ModelFile(folder / "m.safetensors"); });
  }
}

TEST(ModelFile, a_confidence_that_is_no_number_is_refused) {
  const TemporaryFolder folder;
  auto metadata = model_metadata(description());
  auto json = nlohmann::ordered_json::parse(metadata.at("heartlab.model"));
  json["confidence"]["slope"] = "steep";
  metadata["heartlab.model"] = json.dump();
  write_tensor_file(folder / "m.safetensors", {}, metadata);
  expect_error(ErrorKind::kBadInput, {"m.safetensors", "confidence", "slope", "steep"},
               [&] { ModelFile(folder / "m.safetensors"); });
}

TEST(ModelFile, a_network_that_contradicts_itself_is_refused) {
  const TemporaryFolder folder;
  ModelDescription made = description();
  made.network.output_stride = 12;
  write_tensor_file(folder / "m.safetensors", {}, model_metadata(made));
  expect_error(ErrorKind::kUsage, {"output_stride", "12"},
               [&] { ModelFile(folder / "m.safetensors"); });
}

}  // namespace
}  // namespace heartlab
