#include "heartlab/train/optimiser.h"

#include <cmath>

namespace heartlab {
namespace {

constexpr double kBeta1 = 0.9;
constexpr double kBeta2 = 0.999;
constexpr double kEpsilon = 1e-8;

}  // namespace

Optimiser::Optimiser(torch::nn::Module& network, const TrainOptions& options)
    : options_(options), adamw_(options.optimiser == "adamw") {
  for (auto& item : network.named_parameters()) {
    Slot slot;
    slot.name = item.key();
    slot.parameter = item.value();
    const bool head = !slot.name.starts_with("backbone.");
    const bool bias = slot.name.ends_with("bias");
    slot.rate_factor = !head ? 1.0 : bias ? options.head_bias_rate : options.head_rate;
    slot.decay = slot.parameter.dim() == 4 ? options.weight_decay : 0.0;
    slot.first = torch::zeros_like(slot.parameter);
    if (adamw_) slot.second = torch::zeros_like(slot.parameter);
    slots_.push_back(std::move(slot));
  }
}

void Optimiser::step(double rate, int iteration) {
  const torch::NoGradGuard no_gradients;
  for (auto& slot : slots_) {
    if (!slot.parameter.grad().defined()) continue;
    if (adamw_) {
      step_adamw(slot, rate * slot.rate_factor, iteration);
    } else {
      step_sgd(slot, rate * slot.rate_factor);
    }
  }
}

void Optimiser::step_sgd(Slot& slot, double rate) {
  auto& gradient = slot.parameter.mutable_grad();
  if (slot.decay > 0) gradient.add_(slot.parameter, slot.decay);
  slot.first.mul_(options_.momentum).add_(gradient);
  slot.parameter.add_(slot.first, -rate);
}

void Optimiser::step_adamw(Slot& slot, double rate, int iteration) {
  const auto& gradient = slot.parameter.grad();
  slot.parameter.mul_(1.0 - rate * slot.decay);
  slot.first.mul_(kBeta1).add_(gradient, 1.0 - kBeta1);
  slot.second.mul_(kBeta2).addcmul_(gradient, gradient, 1.0 - kBeta2);
  const double correction1 = 1.0 - std::pow(kBeta1, iteration + 1);
  const double correction2 = 1.0 - std::pow(kBeta2, iteration + 1);
  const auto denominator = (slot.second / correction2).sqrt_().add_(kEpsilon);
  slot.parameter.addcdiv_(slot.first, denominator, -rate / correction1);
}

void Optimiser::clear_gradients() {
  for (auto& slot : slots_) slot.parameter.mutable_grad() = torch::Tensor();
}

std::map<std::string, torch::Tensor> Optimiser::state() const {
  std::map<std::string, torch::Tensor> state;
  for (const auto& slot : slots_) {
    state[slot.name + (adamw_ ? ".first" : ".momentum")] = slot.first;
    if (adamw_) state[slot.name + ".second"] = slot.second;
  }
  return state;
}

WeightAverage::WeightAverage(torch::nn::Module& network, double decay) : decay_(decay) {
  if (!active()) return;
  for (auto& item : network.named_parameters()) {
    parameters_[item.key()] = item.value();
    average_[item.key()] = item.value().detach().clone();
  }
}

void WeightAverage::update() {
  if (!active()) return;
  const torch::NoGradGuard no_gradients;
  for (auto& [name, average] : average_) average.lerp_(parameters_.at(name), 1.0 - decay_);
}

void WeightAverage::exchange() {
  const torch::NoGradGuard no_gradients;
  for (auto& [name, average] : average_) {
    auto& parameter = parameters_.at(name);
    const auto kept = parameter.detach().clone();
    parameter.copy_(average);
    average.copy_(kept);
  }
}

}  // namespace heartlab
