#include "heartlab/train/optimiser_kernels.h"

#include <cmath>

#include "heartlab/core/clones.h"

namespace heartlab::optimiser_kernels {

HEARTLAB_CLONES void update(const Sgd& sgd, std::size_t count, const float* __restrict gradients,
                            float* __restrict weights, float* __restrict velocities) {
  const auto [rate, momentum, decay] = sgd;
  for (std::size_t i = 0; i < count; ++i) {
    const float gradient = gradients[i] + decay * weights[i];
    velocities[i] = momentum * velocities[i] + gradient;
    weights[i] -= rate * velocities[i];
  }
}

HEARTLAB_CLONES void update(const AdamW& adamw, std::size_t count,
                            const float* __restrict gradients, float* __restrict weights,
                            float* __restrict first, float* __restrict second) {
  const auto [rate, kept, beta1, beta2, epsilon, correction1, correction2] = adamw;
  for (std::size_t i = 0; i < count; ++i) {
    const float gradient = gradients[i];
    first[i] = beta1 * first[i] + (1 - beta1) * gradient;
    second[i] = beta2 * second[i] + (1 - beta2) * gradient * gradient;
    const float denominator = std::sqrt(second[i] * correction2) + epsilon;
    weights[i] = kept * weights[i] - rate * (first[i] * correction1) / denominator;
  }
}

HEARTLAB_CLONES void draw_nearer(float share, std::size_t count, const float* __restrict weights,
                                 float* __restrict averages) {
  for (std::size_t i = 0; i < count; ++i) averages[i] += share * (weights[i] - averages[i]);
}

}  // namespace heartlab::optimiser_kernels
