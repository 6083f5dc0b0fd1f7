#include "heartlab/train/run_folder.h"

#include <algorithm>
#include <filesystem>

#include "heartlab/core/abandoned_files.h"
#include "heartlab/core/error.h"
#include "heartlab/core/json.h"
#include "heartlab/core/manifest.h"
#include "heartlab/train/checkpoint.h"

namespace heartlab {
namespace {

void remove_what_a_killed_process_left(const Path& run) {
  remove_abandoned_files(run);
  remove_abandoned_files(run / "checkpoints");
}

}  // namespace

RunFolder::RunFolder(const Path& path) : lock_(path, "train") {}

bool RunFolder::has_begun(const Path& path) {
  return !checkpoints_in(path / "checkpoints").empty() ||
         std::filesystem::exists(path / "model.safetensors");
}

bool RunFolder::was_cut_at_once(const Path& path, bool with_init) {
  if (!std::filesystem::is_directory(path) || has_begun(path)) return false;
  const Path manifest = path / "manifest.json";
  if (!std::filesystem::exists(manifest)) {
    return std::ranges::all_of(std::filesystem::directory_iterator(path), [](const auto& entry) {
      return is_temporary(entry.path()) || entry.path().filename() == "checkpoints";
    });
  }
  refuse_results_of_others(path, "train");
  const auto stated = parse_json<nlohmann::ordered_json>(read_text(manifest), manifest.string());
  if (stated.contains("init") && !with_init) {
    fail(ErrorKind::kUsage,
         "{}: the run was cut before its first checkpoint and began with --init: give it again",
         path.string());
  }
  return true;
}

RunFolder RunFolder::start(const Path& path) {
  refuse_results_of_others(path, "train");
  make_folder(path);
  RunFolder folder(path);
  if (has_begun(path)) {
    fail(ErrorKind::kUsage, "{}: holds an earlier run; give --resume or another --out",
         path.string());
  }
  remove_what_a_killed_process_left(path);
  return folder;
}

RunFolder RunFolder::resume(const Path& path) {
  refuse_results_of_others(path, "train");
  if (!std::filesystem::exists(path / "manifest.json")) {
    if (has_begun(path)) {
      fail(ErrorKind::kNotFound,
           "{}: a run without its manifest.json, which says what it began with: put it back, or "
           "start "
           "another run from its weights with --init",
           path.string());
    }
    fail(ErrorKind::kNotFound,
         "{}: no run to resume, it holds no manifest.json; start it without "
         "--resume",
         path.string());
  }
  RunFolder folder(path);
  remove_what_a_killed_process_left(path);
  return folder;
}

}  // namespace heartlab
