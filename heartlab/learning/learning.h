#pragma once

#include <memory>
#include <string>

#include "heartlab/segment/segmenter.h"
#include "heartlab/train/trainer.h"

namespace heartlab {

// The door to all that stands on libtorch. It is a module of its own, libheartlab-learning.so, so
// that nothing else links or loads libtorch.
struct Learning {
  const char* version;  // the release that the module belongs to
  TrainSummary (*train)(const Dataset& data, const TrainOptions& options,
                        const TrainRequest& request);
  std::unique_ptr<Engine> (*make_torch_engine)(const ModelFile& model,
                                               const EngineOptions& options);
};

// Loads the module from library_folder() on the first call. An Error (kUnsupported) that begins
// with `asked` ("heartlab train", "--engine torch") where it is absent, cannot be loaded or is of
// another release. It is never unloaded.
const Learning& learning(const std::string& asked);

}  // namespace heartlab
