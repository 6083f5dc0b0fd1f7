#pragma once

#include <memory>

#include "heartlab/segment/segmenter.h"

namespace heartlab {

// The engine that the options ask for: oneDNN, and libtorch only where --engine torch or --device
// cuda asks for it. An Error where it is not part of the installation.
std::unique_ptr<Engine> make_engine(const ModelFile& model, const EngineOptions& options);

// The model file with that engine, or, of several models (options.with), the mean of theirs. An
// Error where they are not alike.
Segmenter open_segmenter(const Path& path, const EngineOptions& options = {});

}  // namespace heartlab
