#pragma once

#include <torch/types.h>

#include "heartlab/nn/peers.h"
#include "heartlab/train/trainer.h"

namespace heartlab {

// train() for one process of a run, with its options checked. All processes go through the same
// steps; process 0 writes RUN and speaks.
TrainSummary run_process(const Dataset& data, const TrainOptions& options,
                         const TrainRequest& request, const torch::Device& device, Peers& peers);

}  // namespace heartlab
