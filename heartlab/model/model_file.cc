#include "heartlab/model/model_file.h"

#include "heartlab/core/error.h"
#include "heartlab/core/json.h"

namespace heartlab {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kMetadataKey = "heartlab.model";
constexpr int kMostViews = 8;

void check_classes(const ModelDescription& description, const std::string& name) {
  const auto classes = static_cast<std::size_t>(description.network.classes);
  if (description.class_names.size() == classes) return;
  fail(ErrorKind::kBadInput, "{}: expected names of the network's {} classes, found {}", name,
       classes, description.class_names.size());
}

// A data set may have no image to learn from; a model was trained on some.
void check_learned(const Preparation& preparation, const std::string& name) {
  if (preparation.standardise != "nyul") return;
  if (preparation.landmarks.empty()) {
    fail(ErrorKind::kBadInput, "{}: standardise=nyul: expected landmarks, found none", name);
  }
  if (!(preparation.deviation > 0)) {
    fail(ErrorKind::kBadInput, "{}: deviation: expected a number above 0, found {}", name,
         preparation.deviation);
  }
}

ModelDescription description_of(const std::string& text, const std::string& name) {
  const auto json = parse_json<Json>(text, name + ": damaged model description");
  ModelDescription description;
  OptionTable table;
  description.network.add_to(table);
  table.from_json(json.at("network"), name);
  description.preparation = Preparation::from_json(json.at("preparation"), name);
  description.target = json.at("target").get<std::string>();
  description.class_names = json.at("class_names").get<std::vector<std::string>>();
  if (json.contains("views")) {
    description.views = whole_number(json["views"], 1, kMostViews, name + ": views");
  }
  if (json.contains("quantisation")) {
    description.quantisation = Quantisation::from_json(json["quantisation"], name);
  }
  if (json.contains("confidence")) {
    description.confidence = Confidence::from_json(json["confidence"], name);
  }
  description.training = json.at("training");
  check_network(description.network, name);
  check_views(description.views, name);
  check_classes(description, name);
  check_learned(description.preparation, name);
  return description;
}

ModelDescription parse_description(const TensorFile& file) {
  const auto found = file.metadata().find(kMetadataKey);
  if (found == file.metadata().end()) {
    fail(ErrorKind::kBadInput,
         "{}: a safetensors file, but not a HeartLab model (no metadata '{}'); to start training "
         "from foreign weights use train --init",
         file.name(), kMetadataKey);
  }
  try {
    return description_of(found->second, file.name());
  } catch (const Json::exception& error) {
    fail(ErrorKind::kBadInput, "{}: damaged model description: {}", file.name(), error.what());
  } catch (const Error& error) {
    // Options are the caller's words elsewhere; here they are the file's.
    if (error.kind() != ErrorKind::kUsage) throw;
    throw Error(ErrorKind::kBadInput, error.what());
  }
}

}  // namespace

void check_model_target(const Path& out) {
  std::error_code none;
  const Path folder = out.has_parent_path() ? out.parent_path() : Path(".");
  if (!std::filesystem::is_directory(folder, none)) {
    fail(ErrorKind::kNotFound, "--out {}: no such folder {}", out.string(), folder.string());
  }
  if (!std::filesystem::exists(out, none)) return;
  try {
    ModelFile{out};
  } catch (const Error&) {
    fail(ErrorKind::kUsage, "--out {}: expected a model to replace, or no file, found another",
         out.string());
  }
}

void check_views(int views, const std::string& where) {
  if (views == 1 || views == 4 || views == 8) return;
  fail(ErrorKind::kUsage, "{}: expected 1, 4 or 8 views, found {}", where, views);
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
    : path_(path), mark_(FileMark::of(path)), file_(path), description_(parse_description(file_)) {}

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
