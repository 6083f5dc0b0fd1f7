#pragma once

#include <torch/nn.h>

#include <functional>
#include <memory>
#include <vector>

#include "heartlab/nn/peers.h"

namespace heartlab {

// Adds up the gradients of all processes while the backward pass is still at work. Parameters lie
// in buckets of about 4 MB, the last layer's first; a bucket is on its way when its last gradient
// is there and the buckets before it are, so that every process sends them in the same order. Does
// nothing where there are no peers.
class GradientBuckets {
 public:
  GradientBuckets(const torch::nn::Module& network, Peers& peers);
  ~GradientBuckets();
  GradientBuckets(const GradientBuckets&) = delete;
  GradientBuckets& operator=(const GradientBuckets&) = delete;

  // The next backward pass is the iteration's last: its gradients are sent.
  void start();
  // Waits; then every gradient is the sum over all processes.
  void finish();
  // Sends no more: this process is about to leave.
  void abandon() { active_ = false; }

 private:
  struct Bucket {
    std::vector<torch::Tensor> parameters;
    torch::Tensor flat;
    std::size_t missing = 0;  // gradients that are not there yet
    std::function<void()> wait;
  };
  void ready(std::size_t bucket);
  void send(Bucket& bucket);

  Peers& peers_;
  std::vector<Bucket> buckets_;
  std::vector<std::function<void()>> remove_hooks_;
  std::size_t sent_ = 0;
  bool active_ = false;
};

}  // namespace heartlab
