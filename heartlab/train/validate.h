#pragma once

#include <optional>
#include <string>
#include <vector>

#include "heartlab/metrics/confusion.h"
#include "heartlab/nn/network.h"
#include "heartlab/nn/peers.h"
#include "heartlab/prepare/dataset.h"

namespace heartlab {

// The study's measures of a network on some images of a data set, at the data set's size.
struct Validation {
  Confusion confusion{2};
  double dice_image_mean = 0;  // of class 0; a missed image counts 0; NaN without images
  int missed = 0;              // images whose truth has class 0 and whose prediction has none
  int images = 0;

  // dice_image_mean, dice_structure or iou_structure; NaN counts as 0.
  double score(const std::string& measure) const;
};

// Runs the network in evaluation mode on whole images, then restores its mode. The processes share
// the images out; each gets the result of one that sees all. Nothing where one was interrupted.
std::optional<Validation> validate(Network& network, const Dataset& data,
                                   const std::vector<std::size_t>& indices,
                                   const torch::Device& device, bool bfloat16, Peers& peers);

}  // namespace heartlab
