#pragma once

#include <memory>

#include "heartlab/segment/segmenter.h"

namespace heartlab {

// The engine on libtorch, on a GPU where options.device asks for one ("auto": where there is one).
std::unique_ptr<Engine> make_torch_engine(const ModelFile& model, const EngineOptions& options);

}  // namespace heartlab
