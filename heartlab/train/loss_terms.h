#pragma once

#include <torch/types.h>

#include <vector>

// Every term takes logits NxCxHxW float and labels NxHxW int64; pixels of label 255 count nowhere,
// and without a pixel to judge a term is 0 and teaches nothing. p: the softmax of the logits.
namespace heartlab {

// The mean of -log p of the true class, weighted by `weights`, one a class.
torch::Tensor cross_entropy(const torch::Tensor& logits, const torch::Tensor& labels,
                            const std::vector<double>& weights);

// The same mean of -(1 - p)^gamma log p (Lin et al. 2017, arXiv 1708.02002, eq. 5, the weights
// being its alpha). gamma 0 is the cross entropy.
torch::Tensor focal_loss(const torch::Tensor& logits, const torch::Tensor& labels,
                         const std::vector<double>& weights, double gamma);

// 1 - soft Dice of class 0, the mean over the images, so that a small heart weighs as much as a
// large one.
torch::Tensor soft_dice_loss(const torch::Tensor& logits, const torch::Tensor& labels);

// The Lovasz extension of the Jaccard loss of class 0 (Berman et al. 2018, arXiv 1705.08790, eq. 9
// and algorithm 1), the mean over the images. Where the truth is nowhere it is the largest error.
torch::Tensor lovasz_softmax(const torch::Tensor& logits, const torch::Tensor& labels);

// The boundary loss (Kervadec et al. 2019, arXiv 1812.07032, eq. 4): the mean over an image's
// pixels of (p - truth) x distance, `distances` NxHxW as of signed_distance(); then over the
// images. Eq. 5 differs from it by a constant; this one is 0 for the truth and never below.
torch::Tensor boundary_loss(const torch::Tensor& logits, const torch::Tensor& labels,
                            const torch::Tensor& distances);

}  // namespace heartlab
