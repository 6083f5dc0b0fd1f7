#pragma once

#include <functional>
#include <string>
#include <vector>

#include "heartlab/node/config.h"

namespace heartlab {

// How a try to process a series ended.
struct WorkerEnd {
  enum class Kind { kDone, kNothing, kFailed, kStopped };
  Kind kind = Kind::kDone;
  std::string reason;  // of kNothing and kFailed: the last line that it wrote, or the signal
};

// The exit status of a program that did its work and has no result to give, as where nothing is
// drawn on any image: another try would give none either.
inline constexpr int kNothingDrawn = 9;

// Runs the program with its arguments, then the two folders, in a process group of its own and
// under the limits, and waits for its end. What it prints goes to `log`. Stopped when `stop`
// says so; its group does not outlive the calling thread.
WorkerEnd run_worker(const std::vector<std::string>& command, const Path& images, const Path& out,
                     const Path& log, const NodeConfig::Process& limits,
                     const std::function<bool()>& stop);

}  // namespace heartlab
