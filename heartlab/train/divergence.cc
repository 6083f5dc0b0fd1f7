#include "heartlab/train/divergence.h"

#include <fmt/format.h>

#include <cmath>
#include <numbers>

namespace heartlab {
namespace {

constexpr double kLargestLoss = 1e6;
constexpr double kTimesChance = 10;
constexpr double kLovasz = 0.5;    // every error is one half, every pixel is wrong
constexpr double kBoundary = 0.2;  // half the mean distance to a small structure in the middle
constexpr double kNewest = 0.05;   // weight of the newest loss in the mean

}  // namespace

double chance_loss(const TrainOptions& options) {
  const auto scales = options.network.scales.size();
  const double outputs = scales <= 1 ? 1.0 : 1.0 + static_cast<double>(scales);
  const double focal = std::exp2(-options.focal_gamma) * options.focal_weight;
  return outputs *
         (std::numbers::ln2 * (options.cross_entropy_weight + focal) + options.dice_weight +
          kLovasz * options.lovasz_weight + kBoundary * options.boundary_weight);
}

std::optional<std::string> why_diverged(double loss, double smooth_loss, double gradient_norm,
                                        const TrainOptions& options) {
  if (!std::isfinite(loss) || std::abs(loss) > kLargestLoss)
    return fmt::format("the loss is {:.6g}", loss);
  if (!std::isfinite(gradient_norm)) {
    return fmt::format("the loss is {:.6g}, the norm of its gradients {}", loss, gradient_norm);
  }
  if (smooth_loss > kTimesChance * chance_loss(options)) {
    return fmt::format("the running mean of the loss is {:.6g}, where guessing gives {:.3g}",
                       smooth_loss, chance_loss(options));
  }
  return std::nullopt;
}

double smoothed(double before, double loss) {
  return before < 0 ? loss : (1 - kNewest) * before + kNewest * loss;
}

}  // namespace heartlab
