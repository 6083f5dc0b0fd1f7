#include "heartlab/train/gradient_buckets.h"

#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/utils/lambda_post_hook.h>
#include <torch/csrc/autograd/variable.h>

namespace heartlab {
namespace {

constexpr int64_t kBucketBytes = 4 << 20;

using torch::autograd::variable_list;

// Calls `then` whenever the parameter's gradient has been added up in this process. What is
// returned ends that.
std::function<void()> after_gradient(const torch::Tensor& parameter, std::function<void()> then) {
  auto node = torch::autograd::impl::grad_accumulator(parameter);
  const auto key = node->add_post_hook(std::make_unique<torch::autograd::utils::LambdaPostHook>(
      [then = std::move(then)](const variable_list& outputs, const variable_list& /*inputs*/) {
        then();
        return outputs;
      }));
  return [node, key] { node->del_post_hook(key); };
}

}  // namespace

GradientBuckets::GradientBuckets(const torch::nn::Module& network, Peers& peers) : peers_(peers) {
  if (peers.alone()) return;
  auto parameters = network.parameters();
  int64_t bytes = kBucketBytes;
  for (auto parameter = parameters.rbegin(); parameter != parameters.rend(); ++parameter) {
    if (bytes >= kBucketBytes) {
      buckets_.emplace_back();
      bytes = 0;
    }
    bytes += static_cast<int64_t>(parameter->nbytes());
    const std::size_t index = buckets_.size() - 1;
    buckets_.back().parameters.push_back(*parameter);
    remove_hooks_.push_back(after_gradient(*parameter, [this, index] { ready(index); }));
  }
  for (auto& bucket : buckets_) {
    int64_t values = 0;
    for (const auto& parameter : bucket.parameters) values += parameter.numel();
    bucket.flat = torch::empty({values}, bucket.parameters.front().options().requires_grad(false));
  }
}

GradientBuckets::~GradientBuckets() {
  for (const auto& remove : remove_hooks_) remove();
}

void GradientBuckets::start() {
  for (auto& bucket : buckets_) bucket.missing = bucket.parameters.size();
  sent_ = 0;
  active_ = true;
}

void GradientBuckets::ready(std::size_t bucket) {
  if (!active_) return;
  --buckets_[bucket].missing;
  while (sent_ < buckets_.size() && buckets_[sent_].missing == 0) send(buckets_[sent_++]);
}

// A parameter that this pass did not reach counts with a gradient of 0.
void GradientBuckets::send(Bucket& bucket) {
  const torch::NoGradGuard no_gradients;
  int64_t at = 0;
  for (auto& parameter : bucket.parameters) {
    auto& gradient = parameter.mutable_grad();
    if (!gradient.defined()) gradient = torch::zeros_like(parameter);
    bucket.flat.narrow(0, at, parameter.numel()).view_as(gradient).copy_(gradient);
    at += parameter.numel();
  }
  bucket.wait = peers_.start_sum(bucket.flat);
}

void GradientBuckets::finish() {
  const torch::NoGradGuard no_gradients;
  active_ = false;
  while (sent_ < buckets_.size()) send(buckets_[sent_++]);
  for (auto& bucket : buckets_) {
    bucket.wait();
    int64_t at = 0;
    for (auto& parameter : bucket.parameters) {
      auto& gradient = parameter.mutable_grad();
      gradient.copy_(bucket.flat.narrow(0, at, parameter.numel()).view_as(gradient));
      at += parameter.numel();
    }
  }
}

}  // namespace heartlab
