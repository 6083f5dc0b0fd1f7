#pragma once

#include <optional>
#include <string>

#include "heartlab/train/options.h"

namespace heartlab {

// The loss of a network that gives both classes the same chance everywhere.
double chance_loss(const TrainOptions& options);

// Why a run cannot go on from an iteration's loss, its running mean over about twenty iterations
// and the norm of its gradients; nothing where it can. It diverges where the loss or the norm is
// not finite, the loss is beyond 1e6, or the mean is above ten times chance_loss().
std::optional<std::string> why_diverged(double loss, double smooth_loss, double gradient_norm,
                                        const TrainOptions& options);

// The running mean after one more loss; below 0 = there was none.
double smoothed(double before, double loss);

}  // namespace heartlab
