#pragma once

#include "heartlab/core/files.h"

namespace heartlab {

// Whether a file stands under a temporary name of AtomicFile, NAME.tmp-PROCESS, and is not whole
// yet.
bool is_temporary(const Path& file);

// Removes the files of a folder, not those below it, that killed processes left under the temporary
// names of AtomicFile. Nobody else may be writing there. What cannot be read or removed is left.
void remove_abandoned_files(const Path& folder);

}  // namespace heartlab
