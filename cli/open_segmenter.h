#pragma once

#include "heartlab/learning/make_engine.h"

namespace heartlab::cli {

// The model file with the engine that the options ask for.
inline Segmenter open_segmenter(const Path& path, const EngineOptions& options) {
  const ModelFile model(path);
  return {model, make_engine(model, options), options};
}

}  // namespace heartlab::cli
