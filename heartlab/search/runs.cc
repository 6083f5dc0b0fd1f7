#include "heartlab/search/runs.h"

#include <algorithm>
#include <filesystem>

#include "heartlab/core/error.h"
#include "heartlab/core/json.h"
#include "heartlab/core/manifest.h"
#include "heartlab/core/ranks.h"

namespace heartlab {
namespace {

using Json = nlohmann::ordered_json;

std::string value_text(const Json& value) { return value.is_null() ? "not set" : value.dump(); }

// That both say the same, whichever of them names a key.
void check_same(const Json& stored, const Json& now, const Path& file) {
  Json either = stored;
  either.update(now);
  for (const auto& [key, unused] : either.items()) {
    const Json before = stored.value(key, Json());
    const Json value = now.value(key, Json());
    if (before == value || key == "heartlab") continue;
    if (value.is_object() && before.is_object()) {
      check_same(before, value, file);
    } else {
      fail(ErrorKind::kUsage,
           "{}: begun with {} = {}, now it is {}; resume with the same options or give another "
           "--out",
           file.string(), key, value_text(before), value_text(value));
    }
  }
}

}  // namespace

TrainOptions configured(const Path& config, const std::vector<std::string>& settings) {
  TrainOptions options;
  OptionTable table = options.table();
  if (!config.empty()) table.load_toml(config);
  for (const auto& setting : settings) table.set_assignment(setting);
  return options;
}

bool has_checkpoints(const Path& run) {
  const Path folder = run / "checkpoints";
  if (!std::filesystem::is_directory(folder)) return false;
  const auto files = list_files(folder);
  return std::ranges::any_of(files,
                             [](const Path& file) { return file.extension() == ".safetensors"; });
}

FolderLock open_results(const Path& folder, const Json& manifest, bool resume) {
  const Path file = folder / "manifest.json";
  const std::string command = manifest.at("command").get<std::string>();
  if (const int processes = ranks_from_environment().size; processes > 1) {
    fail(ErrorKind::kUsage, "heartlab {}: works in one process, was started as {}", command,
         processes);
  }
  refuse_results_of_others(folder, command);
  const bool there = std::filesystem::exists(file);
  if (there && !resume) {
    fail(ErrorKind::kUsage, "{}: holds an earlier heartlab {}; give --resume or another --out",
         folder.string(), command);
  }
  if (there) {
    check_same(parse_json<Json>(read_text(file), file.string()), manifest, file);
    return {folder, command};
  }
  if (resume) {
    fail(ErrorKind::kNotFound, "{}: nothing to resume, it holds no manifest.json", folder.string());
  }
  make_folder(folder);
  FolderLock lock(folder, command);
  write_text(file, json_text(manifest));
  return lock;
}

}  // namespace heartlab
