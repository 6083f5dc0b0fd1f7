#pragma once

#include <vector>

#include "heartlab/prepare/builder.h"
#include "heartlab/prepare/skipped.h"
#include "heartlab/prepare/sources.h"

namespace heartlab {

struct PrepareInputs {
  std::vector<InputFile> images, labels, partial_labels;
};

// The files below --images, --labels and --partial-labels, which may be the same folder: a file is
// a label by its name, else an image. An Error where a PNG lies below images and labels, where one
// of the paths does not exist, or where --out and an input lie one within the other. Folders that
// cannot be read go to `skipped`.
PrepareInputs list_apart(const PrepareOptions& options, SkippedFiles& skipped);

}  // namespace heartlab
