#pragma once

#include "heartlab/core/error.h"
#include "heartlab/segment/segmenter.h"

namespace heartlab::cli {

inline std::unique_ptr<Engine> make_engine(const ModelFile& model, const EngineOptions& options) {
#ifdef HEARTLAB_LEARNING
  const bool gpu = options.device != "cpu" && torch_has_gpu();
  const bool torch =
      options.engine == "torch" || (options.engine == "auto" && (gpu || options.device == "cuda"));
  if (torch) return make_torch_engine(model, options);
#endif
  if (options.engine == "torch" || options.device == "cuda") {
    fail(ErrorKind::kUnsupported, "--engine {} --device {}: this build of heartlab has no libtorch",
         options.engine, options.device);
  }
  return make_onednn_engine(model, options);
}

// The model file with the engine that the options ask for.
inline Segmenter open_segmenter(const Path& path, const EngineOptions& options) {
  const ModelFile model(path);
  return {model, make_engine(model, options), options};
}

}  // namespace heartlab::cli
