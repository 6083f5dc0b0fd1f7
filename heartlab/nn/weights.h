#pragma once

#include <map>
#include <string>
#include <vector>

#include "heartlab/core/tensor_file.h"
#include "heartlab/nn/network.h"

namespace heartlab {

// Every tensor that makes up a network's state, by torchvision's names: parameters and the running
// statistics of batch norm.
std::map<std::string, torch::Tensor> state_of(const torch::nn::Module& network);

// Loads a complete state; an Error names the first tensor that is missing or of another shape, or
// holds a NaN.
void load_state(torch::nn::Module& network, const TensorFile& file);

struct InitReport {
  std::vector<std::string> matched;   // names in the network
  std::vector<std::string> folded;    // first convolution, summed over the input channels
  std::vector<std::string> missing;   // in the network, not in the file
  std::vector<std::string> unused;    // in the file, not in the network
  std::vector<std::string> reshaped;  // in both, of another shape: left as drawn
};

// Takes over what fits from foreign weights (names with or without "backbone."); the first
// convolution is folded to the network's channels by summing.
InitReport initialise_from(torch::nn::Module& network,
                           const std::map<std::string, TensorView>& tensors);

// Holds contiguous copies of tensors, which may change afterwards, as bytes for write_tensor_file.
class TensorBytes {
 public:
  // Floating-point tensors are stored as `type`.
  void add(const std::string& name, const torch::Tensor& tensor,
           ElementType type = ElementType::kF32);
  std::map<std::string, TensorView> views() const;

 private:
  struct Stored {
    torch::Tensor tensor;
    ElementType type;
  };
  std::map<std::string, Stored> stored_;
};

// A float tensor with the values of a stored one.
torch::Tensor to_tensor(const TensorView& view);

}  // namespace heartlab
