#include "heartlab/train/checkpoint.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>

#include "heartlab/core/error.h"
#include "heartlab/core/json.h"
#include "heartlab/core/log.h"
#include "heartlab/core/tensor_file.h"
#include "heartlab/nn/weights.h"

namespace heartlab {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kMetadataKey = "heartlab.checkpoint";
constexpr std::size_t kKept = 2;
// Options that a resumed run may change: where and how long it computes, not what.
constexpr const char* kFreeOptions[] = {"threads", "checkpoint_every"};

// Whether a run at one fixed rate only becomes longer: its beginning is the same then.
bool only_longer(const Json& before, const Json& now) {
  const auto one_phase = [](const Json& json) {
    const auto iterations = json.find("iterations");
    return iterations != json.end() && iterations->is_array() && iterations->size() == 1;
  };
  return one_phase(before) && one_phase(now) &&
         now.value("schedules", Json()) == Json::array({"fixed"}) &&
         now["iterations"][0] >= before["iterations"][0];
}

void check_same_options(const Json& stored, const Json& now, const Path& file) {
  const Json defaults = TrainOptions().table().to_json();
  for (const auto& [key, value] : now.items()) {
    if (std::ranges::find(kFreeOptions, key) != std::end(kFreeOptions)) continue;
    const Json before = stored.value(key, defaults.value(key, Json()));
    if (key == "iterations" && only_longer(stored, now)) continue;
    if (before != value) {
      fail(ErrorKind::kUsage,
           "{}: the run was started with {} = {}, now it is {}; resume with the same options or "
           "start anew with --init",
           file.string(), key, before.dump(), value.dump());
    }
  }
}

void restore(const std::map<std::string, torch::Tensor>& state, const std::string& prefix,
             const TensorFile& file) {
  for (auto [name, tensor] : state) {
    const auto values = to_tensor(file.at(prefix + name));
    if (values.sizes() != tensor.sizes()) {
      fail(ErrorKind::kBadInput, "{}: tensor {}{} has another shape", file.name(), prefix, name);
    }
    tensor.copy_(values);
  }
}

// Of all that a checkpoint says: `state`, and every tensor's type, shape and bytes in order of
// name.
std::string checksum(const std::map<std::string, TensorView>& views, const Json& state) {
  std::string sums = state.dump();
  for (const auto& [name, view] : views) {
    sums += fmt::format("{} {} {} {}", name, static_cast<int>(view.type),
                        fmt::join(view.shape, "x"), sha256(view.bytes));
  }
  return sha256({reinterpret_cast<const std::uint8_t*>(sums.data()), sums.size()});
}

Json read_metadata(const TensorFile& file) {
  const auto found = file.metadata().find(kMetadataKey);
  if (found == file.metadata().end()) {
    fail(ErrorKind::kBadInput, "{}: not a HeartLab checkpoint", file.name());
  }
  auto json = parse_json<Json>(found->second, file.name());
  const Json sum = json.at("sha256");
  json.erase("sha256");
  if (sum != checksum(file.tensors(), json)) {
    fail(ErrorKind::kBadInput, "{}: the checksum does not match; the file is damaged", file.name());
  }
  return json;
}

}  // namespace

std::vector<Path> checkpoints_in(const Path& folder) {
  std::vector<Path> found;
  if (!std::filesystem::is_directory(folder)) return found;
  for (const auto& file : list_files(folder)) {
    if (file.extension() == ".safetensors") found.push_back(file);
  }
  return found;
}

void write_checkpoint(const Path& folder, const torch::nn::Module& network,
                      const Optimiser& optimiser, const WeightAverage& average,
                      const Progression& progression, const Json& options) {
  make_folder(folder);
  TensorBytes tensors;
  for (const auto& [name, tensor] : state_of(network)) tensors.add("network." + name, tensor);
  for (const auto& [name, tensor] : optimiser.state()) tensors.add("optimiser." + name, tensor);
  for (const auto& [name, tensor] : average.state()) tensors.add("average." + name, tensor);
  Json json = {{"iteration", progression.iteration},
               {"best_score", progression.best_score},
               {"best_iteration", progression.best_iteration},
               {"validated", progression.validated},
               {"smooth_loss", progression.smooth_loss},
               {"without_better", progression.without_better},
               {"options", options}};
  json["sha256"] = checksum(tensors.views(), json);
  const Path file = folder / fmt::format("iteration-{:010}.safetensors", progression.iteration);
  write_tensor_file(file, tensors.views(), {{kMetadataKey, json.dump()}});
  const auto files = checkpoints_in(folder);
  for (std::size_t i = 0; i + kKept < files.size(); ++i) std::filesystem::remove(files[i]);
}

std::optional<Progression> read_checkpoint(const Path& folder, torch::nn::Module& network,
                                           Optimiser& optimiser, WeightAverage& average,
                                           const Json& options) {
  const torch::NoGradGuard no_gradients;
  auto files = checkpoints_in(folder);
  std::ranges::reverse(files);
  std::vector<Path> damaged;
  for (const auto& path : files) {
    std::optional<TensorFile> file;
    Json json;
    Progression progression;
    try {
      file.emplace(path);
      json = read_metadata(*file);
      progression = {json.at("iteration").get<int>(),      json.at("best_score").get<double>(),
                     json.at("best_iteration").get<int>(), json.at("validated").get<int>(),
                     json.at("smooth_loss").get<double>(), json.value("without_better", 0)};
      if (!json.at("options").is_object())
        fail(ErrorKind::kBadInput, "{}: states no options", path.string());
    } catch (const std::exception& error) {
      const auto* known = dynamic_cast<const Error*>(&error);
      if (known != nullptr && known->kind() != ErrorKind::kBadInput)
        throw;  // it cannot be read now
      warn("checkpoint passed over: {}", error.what());
      damaged.push_back(path);
      continue;
    }
    check_same_options(json.at("options"), options, path);
    restore(state_of(network), "network.", *file);
    restore(optimiser.state(), "optimiser.", *file);
    restore(average.state(), "average.", *file);
    // They count no longer among those that are kept.
    for (const auto& other : damaged) std::filesystem::rename(other, other.string() + ".damaged");
    return progression;
  }
  return std::nullopt;
}

void refuse_to_resume(const Path& run) {
  const Path folder = run / "checkpoints";
  const auto found = checkpoints_in(folder).size();
  if (found == 0) {
    fail(ErrorKind::kNotFound,
         "{}: no checkpoint to resume from; another run can start from the best weights so far: "
         "--init {} with another --out",
         folder.string(), (run / "model.safetensors").string());
  }
  fail(ErrorKind::kBadInput,
       "{}: none of the {} checkpoints is whole; where a validation was done another run can start "
       "from the best weights so far: --init {} with another --out",
       folder.string(), found, (run / "model.safetensors").string());
}

}  // namespace heartlab
