#include "heartlab/learning/open_segmenter.h"

#include "heartlab/core/error.h"
#include "heartlab/learning/learning.h"
#include "heartlab/segment/engine_options.h"

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
  check_engine_options(options);
  if (options.profile && !options.with.empty()) {
    fail(ErrorKind::kUsage, "--profile: goes with one model, not with --with");
  }
  const ModelFile model(path);
  Segmenter segmenter(model, make_engine(model, options), options);
  for (const auto& file : options.with) {
    const ModelFile other(file);
    segmenter.join(other, make_engine(other, options));
  }
  return segmenter;
}

}  // namespace heartlab
