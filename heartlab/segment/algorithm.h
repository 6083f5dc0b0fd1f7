#pragma once

#include <vector>

#include "heartlab/core/files.h"
#include "heartlab/dicom/source_series.h"

namespace heartlab {

// Who draws with this model file (empty: none), and those that it is averaged with: all their
// names, and of several the SHA-256 of their SHA-256s.
Algorithm algorithm_of(const Path& model, const std::vector<Path>& with);

}  // namespace heartlab
