#include "heartlab/model/model_file.h"

#include "heartlab/core/error.h"
#include "heartlab/core/json.h"

namespace heartlab {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kMetadataKey = "heartlab.model";

ModelDescription parse_description(const TensorFile& file) {
  const auto found = file.metadata().find(kMetadataKey);
  if (found == file.metadata().end()) {
    fail(ErrorKind::kBadInput,
         "{}: a safetensors file, but not a HeartLab model (no metadata '{}'); to start training "
         "from foreign weights use train --init",
         file.name(), kMetadataKey);
  }
  ModelDescription description;
  try {
    const auto json = parse_json<Json>(found->second, file.name() + ": damaged model description");
    OptionTable table;
    description.network.add_to(table);
    table.from_json(json.at("network"), file.name());
    description.preparation = Preparation::from_json(json.at("preparation"), file.name());
    description.target = json.at("target").get<std::string>();
    description.class_names = json.at("class_names").get<std::vector<std::string>>();
    description.views = json.value("views", 1);
    if (json.contains("quantisation")) {
      description.quantisation = Quantisation::from_json(json["quantisation"], file.name());
    }
    if (json.contains("confidence")) {
      description.confidence = Confidence::from_json(json["confidence"], file.name());
    }
    description.training = json.at("training");
  } catch (const Json::exception& error) {
    fail(ErrorKind::kBadInput, "{}: damaged model description: {}", file.name(), error.what());
  }
  check_network(description.network, file.name());
  check_views(description.views, file.name());
  return description;
}

}  // namespace

void NetworkOptions::add_to(OptionTable& table) {
  table.add("network", network, "Network").one_of({"deeplabv2", "deeplabv3", "deeplabv3plus"});
  table.add("backbone", backbone, "Backbone")
      .one_of({"resnet18", "resnet34", "resnet50", "resnet101"});
  table.add("head", head, "DeepLabv3's head: the paper's, or torchvision's for its weights")
      .one_of({"paper", "torchvision"});
  table.add("input_channels", input_channels, "Channels of an image").range(1, 64);
  table.add("classes", classes, "Classes to tell apart").range(2, 255);
  table.add("output_stride", output_stride, "Input size over feature size (8 or 16)").range(8, 16);
  table
      .add("atrous_rates", atrous_rates,
           "Dilations of the pyramid's branches at output stride 16, doubled at 8 (deeplabv2 and "
           "head=torchvision: as they are); empty: the paper's")
      .range(1, 512);
  table.add("multi_grid", multi_grid, "Dilation factors of the last stage's blocks").range(1, 64);
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
      .add("scales", scales,
           "Input scales whose logits are fused by their maximum; empty: scale 1 alone")
      .range(0.1, 4);
}

void check_network(const NetworkOptions& options, const std::string& where) {
  if (options.output_stride != 8 && options.output_stride != 16) {
    fail(ErrorKind::kUsage, "{}: output_stride: expected 8 or 16, found {}", where,
         options.output_stride);
  }
  if (options.network == "deeplabv2" && options.output_stride != 8) {
    fail(ErrorKind::kUsage, "{}: network=deeplabv2 goes with output_stride=8, found {}", where,
         options.output_stride);
  }
  if (options.head == "torchvision" && options.network != "deeplabv3") {
    fail(ErrorKind::kUsage, "{}: head=torchvision goes with network=deeplabv3, found {}", where,
         options.network);
  }
}

void check_views(int views, const std::string& where) {
  if (views == 1 || views == 4 || views == 8) return;
  fail(ErrorKind::kUsage, "{}: views: expected 1, 4 or 8, found {}", where, views);
}

std::optional<std::set<std::string>> ModelDescription::patients_trained_on() const {
  const Json::json_pointer own("/data/patients/train"), earlier("/init/patients");
  if (!training.is_object() || !training.contains(own)) return {};
  std::set<std::string> patients;
  for (const auto& list : {own, earlier}) {
    if (!training.contains(list)) continue;
    for (const auto& patient : training.at(list)) {
      if (patient.is_string()) patients.insert(patient.get<std::string>());
    }
  }
  return patients;
}

bool is_model_file(const Path& path) { return TensorFile(path).metadata().contains(kMetadataKey); }

ModelFile::ModelFile(const Path& path)
    : path_(path), file_(path), description_(parse_description(file_)) {}

std::map<std::string, std::string> model_metadata(const ModelDescription& description) {
  ModelDescription copy = description;
  OptionTable table;
  copy.network.add_to(table);
  Json json = {{"network", table.to_json()},   {"preparation", description.preparation.to_json()},
               {"target", description.target}, {"class_names", description.class_names},
               {"views", description.views},   {"training", description.training}};
  if (!description.quantisation.empty()) {
    json["quantisation"] = description.quantisation.to_json();
  }
  if (description.confidence) json["confidence"] = description.confidence->to_json();
  return {{kMetadataKey, json.dump()}, {"format", "pt"}};
}

}  // namespace heartlab
