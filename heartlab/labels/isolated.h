#pragma once

#include <functional>
#include <string>

#include "heartlab/core/files.h"

namespace heartlab {

// Runs `work` in a process of its own, with bounds on its time and memory, and gives its result.
// An Error thrown there is thrown here; a crash there is an Error (kBadInput) that names `file`.
Bytes run_isolated(const Path& file, const std::function<Bytes()>& work);

}  // namespace heartlab
