#include "heartlab/train/optimiser.h"

#include <ATen/Parallel.h>

#include <cmath>

#include "heartlab/train/optimiser_kernels.h"

namespace heartlab {
namespace {

constexpr double kBeta1 = 0.9;
constexpr double kBeta2 = 0.999;
constexpr double kEpsilon = 1e-8;
constexpr int64_t kGrain = 1 << 15;  // weights, at least, for one thread

optimiser_kernels::AdamW adamw_at(double rate, double decay, int iteration) {
  const auto correction = [&](double beta) {
    return static_cast<float>(1.0 / (1.0 - std::pow(beta, iteration + 1)));
  };
  return {static_cast<float>(rate),
          static_cast<float>(1.0 - rate * decay),
          kBeta1,
          kBeta2,
          kEpsilon,
          correction(kBeta1),
          correction(kBeta2)};
}

// Calls work(first, count) for parts of `tensor`, a weight each in whatever order they lie in
// memory.
template <typename Work>
void for_each_part(const torch::Tensor& tensor, const Work& work) {
  at::parallel_for(0, tensor.numel(), kGrain, [&](int64_t begin, int64_t end) {
    work(begin, static_cast<std::size_t>(end - begin));
  });
}

// Whether both can be gone through side by side, in whatever order their values lie in memory.
bool same_layout(const torch::Tensor& one, const torch::Tensor& other) {
  for (const auto format : {at::MemoryFormat::Contiguous, at::MemoryFormat::ChannelsLast}) {
    if (format == at::MemoryFormat::ChannelsLast && one.dim() != 4) continue;
    if (one.is_contiguous(format) && other.is_contiguous(format)) return true;
  }
  return false;
}

torch::Tensor laid_out_as(const torch::Tensor& like, const torch::Tensor& tensor) {
  return same_layout(like, tensor) ? tensor : torch::empty_like(like).copy_(tensor);
}

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
    if (slot.parameter.device().is_cpu()) {
      step_by_kernel(slot, rate * slot.rate_factor, iteration);
    } else {
      step_by_tensors(slot, rate * slot.rate_factor, iteration);
    }
  }
}

void Optimiser::step_by_kernel(Slot& slot, double rate, int iteration) {
  const auto gradient = laid_out_as(slot.parameter, slot.parameter.grad());
  const auto* from = gradient.data_ptr<float>();
  auto* weights = slot.parameter.data_ptr<float>();
  auto* first = slot.first.data_ptr<float>();
  if (adamw_) {
    auto* second = slot.second.data_ptr<float>();
    const auto adamw = adamw_at(rate, slot.decay, iteration);
    for_each_part(gradient, [&](int64_t place, std::size_t count) {
      optimiser_kernels::update(adamw, count, from + place, weights + place, first + place,
                                second + place);
    });
  } else {
    const optimiser_kernels::Sgd sgd{static_cast<float>(rate),
                                     static_cast<float>(options_.momentum),
                                     static_cast<float>(slot.decay)};
    for_each_part(gradient, [&](int64_t place, std::size_t count) {
      optimiser_kernels::update(sgd, count, from + place, weights + place, first + place);
    });
  }
}

void Optimiser::step_by_tensors(Slot& slot, double rate, int iteration) {
  auto& gradient = slot.parameter.mutable_grad();
  if (!adamw_) {
    if (slot.decay > 0) gradient.add_(slot.parameter, slot.decay);
    slot.first.mul_(options_.momentum).add_(gradient);
    slot.parameter.add_(slot.first, -rate);
    return;
  }
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
  const auto share = static_cast<float>(1.0 - decay_);
  for (auto& [name, average] : average_) {
    const auto& parameter = parameters_.at(name);
    if (!average.device().is_cpu()) {
      average.lerp_(parameter, share);
      continue;
    }
    const auto weights = laid_out_as(average, parameter);
    const auto* from = weights.data_ptr<float>();
    auto* to = average.data_ptr<float>();
    for_each_part(average, [&](int64_t place, std::size_t count) {
      optimiser_kernels::draw_nearer(share, count, from + place, to + place);
    });
  }
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
