#pragma once

#include <functional>
#include <vector>

#include "heartlab/core/error.h"
#include "heartlab/core/files.h"

namespace heartlab {

// Whether a part of a path below a folder that was named begins with a dot, as .trash/0001.dcm.
bool is_hidden(const Path& below);

// The regular files below a folder that a user names (or `folder` itself where it is a file),
// sorted by path. Links to folders are followed, and each folder is read once; what is hidden is
// left out. `unreadable` is told of a folder below that cannot be read, by an Error that names it;
// where it is empty the Error is thrown, as it is where `folder` itself is not there or cannot be
// read.
std::vector<Path> find_files(const Path& folder,
                             const std::function<void(const Error&)>& unreadable);

}  // namespace heartlab
