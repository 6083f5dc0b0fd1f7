#pragma once

#include "heartlab/segment/segmenter.h"

namespace heartlab {

// What of the options the masks follow from, beside the model and the engine, for a manifest:
// views, scales, focus, clean-up, and the other networks with their checksums.
nlohmann::ordered_json how_drawn(int views, const EngineOptions& options);

// The engine, and what of it is not as the model file alone has it, in words.
std::string how_drawn_text(const Segmenter& segmenter, const EngineOptions& options);

}  // namespace heartlab
