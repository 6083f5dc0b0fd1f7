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

TEST(ModelFile, replaces_a_model_and_nothing_else) {
  const TemporaryFolder folder;
  write_tensor_file(folder / "m.safetensors", {}, model_metadata(description()));
  write_text(folder / "notes.txt", "important");
  write_tensor_file(folder / "dataset.safetensors", {}, {{"format", "pt"}});
  EXPECT_NO_THROW(check_model_target(folder / "m.safetensors"));
  EXPECT_NO_THROW(check_model_target(folder / "new.safetensors"));
  for (const char* other : {"notes.txt", "dataset.safetensors", "."}) {
    expect_error(ErrorKind::kUsage, {"--out", other, "a model to replace"},
                 [&] { check_model_target(folder / other); });
  }
  expect_error(ErrorKind::kNotFound, {"--out", "absent"},
               [&] { check_model_target(folder / "absent/m.safetensors"); });
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
  expect_error(ErrorKind::kBadInput, {"m.safetensors", "output_stride", "12"},
               [&] { ModelFile(folder / "m.safetensors"); });
}

TEST(ModelFile, a_multi_grid_that_a_backbone_lacks_is_refused) {
  const TemporaryFolder folder;
  ModelDescription made = description();
  made.network.backbone = "mobilenetv3_large";
  made.network.multi_grid = {1, 8, 16};
  write_tensor_file(folder / "m.safetensors", {}, model_metadata(made));
  expect_error(ErrorKind::kBadInput, {"m.safetensors", "multi_grid", "mobilenetv3_large"},
               [&] { ModelFile(folder / "m.safetensors"); });
}

// The description with one part of its JSON changed, which must be refused.
void expect_refused(const std::string& path, const nlohmann::ordered_json& value,
                    const std::vector<std::string>& words) {
  const TemporaryFolder folder;
  auto metadata = model_metadata(description());
  auto json = nlohmann::ordered_json::parse(metadata.at("heartlab.model"));
  json[nlohmann::ordered_json::json_pointer(path)] = value;
  metadata["heartlab.model"] = json.dump();
  write_tensor_file(folder / "m.safetensors", {}, metadata);
  std::vector<std::string> all = {"m.safetensors"};
  all.insert(all.end(), words.begin(), words.end());
  expect_error(ErrorKind::kBadInput, all, [&] { ModelFile(folder / "m.safetensors"); });
}

TEST(ModelFile, as_many_classes_are_named_as_the_network_tells_apart) {
  expect_refused("/class_names", {"cavity"}, {"2 classes", "1"});
  expect_refused("/class_names", {"a", "b", "c"}, {"2 classes", "3"});
  expect_refused("/network/classes", 5, {"5 classes", "2"});
}

TEST(ModelFile, whole_numbers_are_not_cut_to_32_bits) {
  const std::int64_t one_and_2_to_32 = 4294967297;
  expect_refused("/preparation/size", one_and_2_to_32, {"size", "4294967297"});
  expect_refused("/preparation/size", std::uint64_t{0xffff'ffff'ffff'ffff}, {"size"});
  expect_refused("/preparation/size", 96.5, {"size", "96.5"});
  expect_refused("/views", one_and_2_to_32, {"views", "4294967297"});
  expect_refused("/views", 3, {"views", "1, 4 or 8", "3"});
  expect_refused("/network/classes", one_and_2_to_32, {"classes", "4294967297"});
}

TEST(ModelFile, numbers_beyond_all_sense_are_refused) {
  expect_refused("/preparation/mean", 1e7, {"mean", "1000000"});
  expect_refused("/preparation/deviation", -1, {"deviation", "-1"});
  expect_refused("/preparation/deviation", 1e300, {"deviation"});
  expect_refused("/confidence/slope", 1e300, {"confidence", "slope"});
  expect_refused("/quantisation/layers/backbone.layer1.0.conv1", {1e-40, 1}, {"positive"});
  expect_refused("/quantisation/layers/backbone.layer1.0.conv1", {1, 1e60}, {"positive"});
}

TEST(ModelFile, a_standard_scale_that_was_never_learned_is_refused) {
  expect_refused("/preparation/standardise", "nyul", {"nyul", "landmarks"});
}

}  // namespace
}  // namespace heartlab
