#include "heartlab/learning/open_segmenter.h"

#include "heartlab/core/error.h"
#include "heartlab/learning/learning.h"

namespace heartlab {

std::unique_ptr<Engine> make_engine(const ModelFile& model, const EngineOptions& options) {
  const bool gpu = options.device == "cuda";
  if (options.engine == "torch" || (options.engine == "auto" && gpu)) {
    return learning(gpu ? "--device cuda" : "--engine torch").make_torch_engine(model, options);
  }
  if (gpu) {
    fail(ErrorKind::kUsage, "--device cuda goes with --engine torch, not with --engine {}",
         options.engine);
  }
  return make_onednn_engine(model, options);
}

Segmenter open_segmenter(const Path& path, const EngineOptions& options) {
  const ModelFile model(path);
  return {model, make_engine(model, options), options};
}

}  // namespace heartlab
