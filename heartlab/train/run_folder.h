#pragma once

#include "heartlab/core/folder_lock.h"

namespace heartlab {

// RUN, which one process at a time may write to. What a killed one left under temporary names is
// removed.
class RunFolder {
 public:
  // For a new run; made where it is absent. An Error where it holds a run or the results of another
  // command, or another process trains into it.
  static RunFolder start(const Path& path);
  // For going on with a run. An Error where there is none, or another process trains into it.
  static RunFolder resume(const Path& path);
  // Whether a run into it has got as far as a first checkpoint.
  static bool has_begun(const Path& path);
  // Whether a run into it was cut before that, and can be started again by what resumes it. An
  // Error where it began with --init and what resumes it does not.
  static bool was_cut_at_once(const Path& path, bool with_init);

 private:
  explicit RunFolder(const Path& path);

  FolderLock lock_;
};

}  // namespace heartlab
