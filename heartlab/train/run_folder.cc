#include "heartlab/train/run_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

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

// A file system without locks on folders (NFS) goes without.
RunFolder::RunFolder(const Path& path)
    : descriptor_(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (descriptor_ < 0) fail_errno("open", path.string());
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return;
  ::close(descriptor_);
  fail(ErrorKind::kUsage, "{}: another heartlab train works there; give another --out",
       path.string());
}

RunFolder::~RunFolder() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

RunFolder::RunFolder(RunFolder&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

RunFolder RunFolder::start(const Path& path) {
  refuse_results_of_others(path, "train");
  make_folder(path);
  RunFolder folder(path);
  if (!checkpoints_in(path / "checkpoints").empty() ||
      std::filesystem::exists(path / "model.safetensors")) {
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
