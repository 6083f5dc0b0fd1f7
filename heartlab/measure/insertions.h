#pragma once

#include <optional>
#include <vector>

#include "heartlab/measure/layout.h"
#include "heartlab/measure/study.h"

namespace heartlab {

// The right ventricle's anterior insertion on each slice, in pixels, as the options give it; empty
// where they do not. An Error where it is not X,Y or X,Y,Z, or the file is not as it should be.
std::vector<std::optional<Point>> insertions_of(const MeasureOptions& options,
                                                const std::vector<StackImage>& images,
                                                const StackLayout& layout);

}  // namespace heartlab
