#pragma once

#include "heartlab/core/error.h"
#include "heartlab/segment/segmenter.h"

namespace heartlab::cli {

// The model file with the engine this build has.
inline Segmenter open_segmenter(const Path& path, const EngineOptions& options) {
  const ModelFile model(path);
#ifdef HEARTLAB_LEARNING
  return Segmenter(model, make_torch_engine(model, options));
#else
  static_cast<void>(options);
  fail(ErrorKind::kUnsupported,
       "{}: this build of heartlab has no engine to run a model; configure with "
       "-DHEARTLAB_LEARNING=ON",
       path.string());
#endif
}

}  // namespace heartlab::cli
