#pragma once

#include "heartlab/core/files.h"

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

  ~RunFolder();
  RunFolder(RunFolder&& other) noexcept;
  RunFolder& operator=(RunFolder&&) = delete;
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;

 private:
  explicit RunFolder(const Path& path);  // locks

  int descriptor_;
};

}  // namespace heartlab
