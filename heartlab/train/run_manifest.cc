#include "heartlab/train/run_manifest.h"

#include <algorithm>

#include "heartlab/core/error.h"
#include "heartlab/core/log.h"
#include "heartlab/core/manifest.h"
#include "heartlab/model/state_dict.h"
#include "heartlab/nn/compat.h"
#include "heartlab/nn/weights.h"

namespace heartlab {
namespace {

using Json = nlohmann::ordered_json;

std::string brief(const std::vector<std::string>& names) {
  std::string text = fmt::format("{}", names.size());
  if (names.empty()) return text;
  text += " (" + names.front();
  if (names.size() > 1) text += ", " + names[1];
  return text + (names.size() > 2 ? ", ...)" : ")");
}

// Patients by subset, so that a model can say whom it has seen.
Json patients_of(const Dataset& data) {
  Json lists = {{"train", Json::array()}, {"validation", Json::array()}, {"test", Json::array()}};
  for (const auto& sample : data.samples()) {
    if (sample.subset == kLeftOut) continue;
    auto& list = lists[sample.subset];
    if (std::find(list.begin(), list.end(), sample.patient) == list.end()) {
      list.push_back(sample.patient);
    }
  }
  return lists;
}

}  // namespace

Json run_manifest(const Dataset& data, const Json& options, const std::string& data_sum,
                  const torch::Device& device, bool bfloat16, int processes) {
  Json json = make_manifest("train");
  json["runtime"] = describe_runtime(device, bfloat16);
  json["same_bits_with"] = describe_rounding(device, bfloat16);
  json["same_bits_with"]["processes"] = processes;
  json["options"] = options;
  json["data"] = {{"sha256", data_sum},
                  {"target", data.target()},
                  {"train_images", data.subset("train").size()},
                  {"validation_images", data.subset("validation").size()},
                  {"patients", patients_of(data)}};
  return json;
}

void note_other_rounding(const Json& now, int iteration, Json& manifest) {
  auto& list = manifest["resumed"];
  const Json& last = list.empty() ? manifest : list.back();
  if (last.value("same_bits_with", Json()) != now.at("same_bits_with")) {
    list.push_back({{"iteration", iteration},
                    {"runtime", now.at("runtime")},
                    {"same_bits_with", now.at("same_bits_with")}});
  }
  if (list.empty()) manifest.erase("resumed");
}

Json take_over_weights(Network& network, const Path& file) {
  const StateDict weights = StateDict::read(file);
  const InitReport report = initialise_from(*network, weights.tensors());
  Json json = {{"file", file.filename().string()}, {"sha256", sha256_of_file(file)},
               {"matched", report.matched.size()}, {"folded", report.folded},
               {"reshaped", report.reshaped},      {"missing", report.missing},
               {"unused", report.unused}};
  // So that a model knows of every patient it has ever seen.
  if (file.extension() == ".safetensors" && is_model_file(file)) {
    const auto patients = ModelFile(file).description().patients_trained_on();
    if (patients) json["patients"] = *patients;
  }
  info(
      "init {}: matched {}, folded to one channel {}, of another shape {}, not in the file {}, "
      "not used {}",
      file.string(), brief(report.matched), brief(report.folded), brief(report.reshaped),
      brief(report.missing), brief(report.unused));
  if (report.matched.empty()) {
    fail(ErrorKind::kBadInput, "{}: none of its tensors fits the network {} on {}", file.string(),
         network->options().network, network->options().backbone);
  }
  return json;
}

}  // namespace heartlab
