#pragma once

#include <functional>

#include "heartlab/core/files.h"

namespace heartlab {

// Whether a file stands under a temporary name of AtomicFile, NAME.tmp-PROCESS, and is not whole
// yet.
bool is_temporary(const Path& file);

// Removes the files of a folder, not those below it, that killed processes left under the temporary
// names of AtomicFile. Nobody else may be writing there. What cannot be read or removed is left.
void remove_abandoned_files(const Path& folder);

// The same where others may be writing, and for a folder that holds files of other hands: a file is
// removed where `is_ours` knows its NAME and no other process that lives on this machine has its
// number.
void remove_abandoned_files(const Path& folder,
                            const std::function<bool(const std::string& name)>& is_ours);

}  // namespace heartlab
