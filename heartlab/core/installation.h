#pragma once

#include "heartlab/core/files.h"

namespace heartlab {

// The folder that holds libheartlab (or, where HeartLab is linked in, the program): what belongs to
// an installation is found from here, wherever it was unpacked.
Path library_folder();

}  // namespace heartlab
