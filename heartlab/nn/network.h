#pragma once

#include <torch/nn.h>

#include <string>
#include <vector>

#include "heartlab/core/random.h"
#include "heartlab/model/model_file.h"
#include "heartlab/nn/features.h"

namespace heartlab {

// A whole network as NetworkOptions describes it. Input Nx[input_channels]xHxW float, any H and W
// of at least 1; logits Nx[classes]xHxW.
class NetworkImpl : public torch::nn::Module {
 public:
  explicit NetworkImpl(const NetworkOptions& options);

  torch::Tensor forward(const torch::Tensor& x);

  // What a loss is taken on: the logits; with several scales the fused ones first, then each
  // scale's own at that scale's resolution (arXiv 1606.00915, section 4.1).
  std::vector<torch::Tensor> forward_all(const torch::Tensor& x);

  const NetworkOptions& options() const { return options_; }
  HeadModule& head() { return *classifier_; }

 private:
  torch::Tensor coarse_logits(const torch::Tensor& x);

  NetworkOptions options_;
  std::shared_ptr<BackboneModule> backbone_;
  std::shared_ptr<HeadModule> classifier_;
};
TORCH_MODULE(Network);

// Draws every weight anew: convolutions by He et al. (normal, fan out), those of the logits with
// a variance of 1 / fan in, norms 1 and 0, biases 0; then what the head has of its own.
void initialise(Network& network, const Generator& generator);

// Lays every convolution's weights out channels last, the layout that is fastest on CPUs and GPUs.
void to_channels_last(torch::nn::Module& network);

}  // namespace heartlab
