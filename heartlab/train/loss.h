#pragma once

#include <torch/types.h>

#include <vector>

#include "heartlab/train/options.h"

namespace heartlab {

class Peers;

// What the network should have answered to a batch.
struct LossTarget {
  torch::Tensor labels;     // NxHxW int64 class indices; 255 = ignored
  torch::Tensor whole;      // N bool: the label is not a partial one; undefined: all are
  torch::Tensor distances;  // NxHxW float, signed_distance(); for boundary_weight only
};

// The sum of the terms of train/loss_terms.h, each with its weight in the options, taken on every
// output of forward_all() and summed. An output that is smaller is enlarged to the labels, never
// the labels thinned out to it (arXiv 1706.05587, section 4.1): a ring of two or three pixels would
// be lost on its grid. Overlap and distances (Dice, Lovasz, boundary) are asked of images with
// whole labels; the others count 0 in those terms' means. Of several processes each gets its part,
// so that all together sum to the loss of one that has all images.
torch::Tensor segmentation_loss(const std::vector<torch::Tensor>& outputs, const LossTarget& target,
                                const TrainOptions& options, Peers* peers = nullptr);

}  // namespace heartlab
