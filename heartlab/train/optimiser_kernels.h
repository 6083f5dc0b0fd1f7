#pragma once

#include <cstddef>

// An optimiser's update of `count` weights in one pass over memory; see Optimiser.
namespace heartlab::optimiser_kernels {

struct Sgd {
  float rate, momentum, decay;
};
void update(const Sgd& sgd, std::size_t count, const float* gradients, float* weights,
            float* velocities);

struct AdamW {
  float rate, kept;  // kept: 1 - rate x decay
  float beta1, beta2, epsilon;
  float correction1, correction2;  // 1 / (1 - beta^iterations)
};
void update(const AdamW& adamw, std::size_t count, const float* gradients, float* weights,
            float* first, float* second);

// average += share (weight - average)
void draw_nearer(float share, std::size_t count, const float* weights, float* averages);

}  // namespace heartlab::optimiser_kernels
