#include "heartlab/train/run_folder.h"

#include <filesystem>

#include "heartlab/core/abandoned_files.h"
#include "heartlab/core/error.h"
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
