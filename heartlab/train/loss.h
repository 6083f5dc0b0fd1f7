#pragma once

#include <torch/types.h>

#include <vector>

#include "heartlab/train/options.h"

namespace heartlab {

class Peers;

// Weighted cross entropy plus dice_weight x (1 - soft Dice of class 0, mean over the batch's
// images), taken on every output of forward_all() (labels by the nearest pixel where an output is
// smaller) and summed. `labels`: NxHxW int64, 255 = ignored. Of several processes each gets its
// part, so that all together sum to the loss of one that has all images.
torch::Tensor segmentation_loss(const std::vector<torch::Tensor>& outputs,
                                const torch::Tensor& labels, const TrainOptions& options,
                                Peers* peers = nullptr);

}  // namespace heartlab
