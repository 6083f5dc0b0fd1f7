#pragma once

#include <memory>

#include "heartlab/segment/segmenter.h"

namespace heartlab::bench {

// libtorch at its quickest without code of one's own: the network as TorchScript, batch norm
// folded, weights frozen into the graph in bf16, channels last.
std::unique_ptr<Engine> make_frozen_script(const ModelFile& model, int threads);

}  // namespace heartlab::bench
