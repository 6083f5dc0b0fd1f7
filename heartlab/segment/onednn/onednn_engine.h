#pragma once

#include "heartlab/segment/segmenter.h"

namespace heartlab::onednn {

// make_onednn_engine() with the layers of `quantisation` in 8 bits instead of those that the model
// file names.
std::unique_ptr<Engine> make_engine(const ModelFile& model, const EngineOptions& options,
                                    const Quantisation& quantisation);

}  // namespace heartlab::onednn
