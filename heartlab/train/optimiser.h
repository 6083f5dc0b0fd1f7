#pragma once

#include <torch/nn.h>

#include <map>
#include <string>
#include <vector>

#include "heartlab/train/options.h"

namespace heartlab {

// SGD with momentum (as PyTorch defines it: v = m v + g, w -= rate v, decay added to the gradient)
// or AdamW (Loshchilov and Hutter 2019, betas 0.9 and 0.999), each parameter at its own multiple of
// the rate: the backbone 1, the head `head_rate`, the head's biases `head_bias_rate`. Its state is
// plain tensors by parameter name.
class Optimiser {
 public:
  Optimiser(torch::nn::Module& network, const TrainOptions& options);

  // One step from the gradients at hand. `iteration` counts from 0 over the whole run.
  void step(double rate, int iteration);
  void clear_gradients();

  // "NAME.momentum" or "NAME.first", "NAME.second"; tensors are shared, not copied.
  std::map<std::string, torch::Tensor> state() const;

 private:
  struct Slot {
    std::string name;
    torch::Tensor parameter;
    double rate_factor;
    double decay;
    torch::Tensor first, second;  // laid out in memory as the parameter is
  };
  void step_by_kernel(Slot& slot, double rate, int iteration);
  void step_by_tensors(Slot& slot, double rate, int iteration);

  const TrainOptions& options_;
  bool adamw_;
  std::vector<Slot> slots_;
};

// The exponential moving average of a network's parameters; running statistics are taken as they
// are. Empty (decay 0) it does nothing.
class WeightAverage {
 public:
  WeightAverage(torch::nn::Module& network, double decay);
  bool active() const { return decay_ > 0; }
  void update();
  // Exchanges the network's weights with the average; a second call undoes the first.
  void exchange();
  std::map<std::string, torch::Tensor> state() const { return average_; }

 private:
  double decay_;
  std::map<std::string, torch::Tensor> parameters_;
  std::map<std::string, torch::Tensor> average_;
};

}  // namespace heartlab
