#pragma once

#include <map>
#include <string>
#include <vector>

#include "heartlab/model/model_file.h"

namespace heartlab::onednn {

// The ranges of a network's convolutions on these inputs (side x side standardised values each),
// computed in fp32. `quantile`: the share of a layer's values that its range holds. Left out are
// the layers that 8 bits do not suit: the first, whose source has both signs, those that give
// logits, and those that see or give zeros alone.
std::map<std::string, Quantisation::Range> calibrate(const ModelFile& model,
                                                     const std::vector<std::vector<float>>& inputs,
                                                     double quantile);

}  // namespace heartlab::onednn
