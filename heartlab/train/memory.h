#pragma once

#include <torch/types.h>

#include <string>

#include "heartlab/nn/network.h"
#include "heartlab/train/options.h"

namespace heartlab {

// Says that a batch of `images` images, this process's share of options.batch, with crops of `side`
// pixels did not fit into memory, why, and which does: that is found by trying. Always an Error
// (kUsage).
[[noreturn]] void say_which_batch_fits(Network& network, const TrainOptions& options, int images,
                                       int side, const torch::Device& device, bool bfloat16,
                                       const std::string& reason);

// "--set batch=2 --set accumulate=4": settings with at most `fits` images a batch, a multiple of
// the number of processes, and as many images an iteration as the options ask for. `fits` and the
// options' batch are such multiples.
std::string settings_that_fit(const TrainOptions& options, int fits, int processes);

}  // namespace heartlab
