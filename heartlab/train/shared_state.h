#pragma once

#include <string>

#include "heartlab/nn/peers.h"
#include "heartlab/train/checkpoint.h"

namespace heartlab {

// Everybody goes on from process 0's network, optimiser, average and progression; nobody else need
// read RUN. An Error (kUsage) where `identity` (options and data) is not that of process 0.
void share_state(Peers& peers, const torch::Device& device, const std::string& identity,
                 const torch::nn::Module& network, const Optimiser& optimiser,
                 const WeightAverage& average, Progression& progression);

}  // namespace heartlab
