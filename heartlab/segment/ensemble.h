#pragma once

#include <memory>
#include <vector>

#include "heartlab/segment/segmenter.h"

namespace heartlab {

// An Error (kUsage) where two models could not answer for one another: other targets, classes or
// preparations.
void check_alike(const ModelFile& one, const ModelFile& other);

// The mean of several networks' logits. At least one.
std::unique_ptr<Engine> make_ensemble(std::vector<std::unique_ptr<Engine>> members);

}  // namespace heartlab
