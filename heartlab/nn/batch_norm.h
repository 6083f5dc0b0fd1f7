#pragma once

#include <torch/nn.h>

namespace heartlab {

class Peers;

// Batch normalisation (Ioffe and Szegedy, arXiv 1502.03167) of x NxCxHxW with
// torch::nn::BatchNorm2d's names, defaults and results. Where it has peers it normalises in
// training over the batches of all processes together: the statistics of the forward pass and the
// sums of the backward pass are those of one process that sees all images. x then has the same
// shape in every process.
// Not derived from torch::nn::BatchNorm2d: libtorch does not export all that its vtable needs.
class BatchNormImpl : public torch::nn::Module {
 public:
  static constexpr double kEps = 1e-5;
  static constexpr double kMomentum = 0.1;

  explicit BatchNormImpl(int64_t channels, double epsilon = kEps);
  torch::Tensor forward(const torch::Tensor& x);
  double epsilon() const { return epsilon_; }
  bool has_peers() const { return peers_ != nullptr; }

  torch::Tensor weight, bias, running_mean, running_var;

 private:
  friend void synchronise_batch_norm(torch::nn::Module& network, Peers* peers);
  torch::Tensor over_all(const torch::Tensor& x);

  double epsilon_;
  Peers* peers_ = nullptr;
};
TORCH_MODULE(BatchNorm);

// Gives every norm of the network its peers, which must outlive their use; null: none.
void synchronise_batch_norm(torch::nn::Module& network, Peers* peers);

}  // namespace heartlab
