#include "heartlab/learning/open_segmenter.h"

#include "heartlab/core/error.h"
#include "heartlab/learning/learning.h"
#include "heartlab/segment/ensemble.h"

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
  if (options.with.empty()) return {model, make_engine(model, options), options};
  if (options.profile) fail(ErrorKind::kUsage, "--profile: goes with one model, not with --with");
  std::vector<std::unique_ptr<Engine>> members;
  members.push_back(make_engine(model, options));
  std::vector<ModelDescription> others;
  for (const auto& file : options.with) {
    const ModelFile other(file);
    check_alike(model, other);
    members.push_back(make_engine(other, options));
    others.push_back(other.description());
  }
  Segmenter segmenter(model, make_ensemble(std::move(members)), options);
  for (const auto& other : others) segmenter.joined_by(other);
  return segmenter;
}

}  // namespace heartlab
