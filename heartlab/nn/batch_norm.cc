#include "heartlab/nn/batch_norm.h"

#include "heartlab/nn/peers.h"

namespace heartlab {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

const std::vector<int64_t> kAllButChannels = {0, 2, 3};

double values_a_channel(const torch::Tensor& x) {
  return static_cast<double>(x.numel()) / static_cast<double>(x.size(1));
}

torch::Tensor per_channel(const torch::Tensor& values) { return values.view({1, -1, 1, 1}); }

// Mean and biased variance over all processes. One sum carries count, sum and sum of squares about
// 0 made from local means and variances, in double: nothing is lost to cancellation.
std::pair<torch::Tensor, torch::Tensor> common_statistics(const torch::Tensor& x, Peers& peers) {
  const auto [variance, mean] =
      torch::var_mean(x.to(torch::kFloat), kAllButChannels, /*unbiased=*/false);
  const double share = 1.0 / peers.size();
  const auto local_mean = mean.to(torch::kDouble);
  const auto local_square = variance.to(torch::kDouble) + local_mean.square();
  const auto both = torch::stack({local_mean, local_square}) * share;
  peers.sum(both);
  return {both[0], (both[1] - both[0].square()).clamp_min(0)};
}

// With x^ = (x - mean) / deviation and N values a channel in all processes:
// dx = weight / deviation (dy - sum(dy) / N - x^ sum(dy x^) / N).
struct SynchronisedNorm : torch::autograd::Function<SynchronisedNorm> {
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x,
                               const torch::Tensor& weight, const torch::Tensor& bias,
                               const torch::Tensor& mean, const torch::Tensor& variance,
                               Peers* peers, double epsilon) {
    context->save_for_backward({x, weight, mean, variance});
    context->saved_data["peers"] = reinterpret_cast<int64_t>(peers);
    context->saved_data["epsilon"] = epsilon;
    return torch::batch_norm(x, weight, bias, mean, variance, /*training=*/false, 0, epsilon,
                             /*cudnn_enabled=*/false);
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const auto &x = saved[0], &weight = saved[1], &mean = saved[2], &variance = saved[3];
    // NOLINTNEXTLINE(performance-no-int-to-ptr): an autograd context holds no pointer of ours.
    auto& peers = *reinterpret_cast<Peers*>(context->saved_data["peers"].toInt());
    const auto scale =
        (variance.to(torch::kDouble) + context->saved_data["epsilon"].toDouble()).rsqrt();
    const auto dy = gradients[0].to(torch::kFloat);
    const auto values = x.to(torch::kFloat);
    const auto sum = dy.sum(kAllButChannels).to(torch::kDouble);
    const auto product =
        scale * ((dy * (values - per_channel(mean))).sum(kAllButChannels)).to(torch::kDouble);
    const auto both = torch::stack({sum, product});
    peers.sum(both);
    const double count = values_a_channel(x) * peers.size();
    const auto a = weight.to(torch::kDouble) * scale;
    const auto b = -a * scale * both[1] / count;
    const auto c = -a * both[0] / count;
    auto dx = dy * per_channel(a.to(torch::kFloat));
    dx.addcmul_(values - per_channel(mean), per_channel(b.to(torch::kFloat)));
    dx.add_(per_channel(c.to(torch::kFloat)));
    return {
        dx.to(x.scalar_type()), product.to(torch::kFloat), sum.to(torch::kFloat), {}, {}, {}, {}};
  }
};

}  // namespace

BatchNormImpl::BatchNormImpl(int64_t channels, double epsilon) : epsilon_(epsilon) {
  weight = register_parameter("weight", torch::ones({channels}));
  bias = register_parameter("bias", torch::zeros({channels}));
  running_mean = register_buffer("running_mean", torch::zeros({channels}));
  running_var = register_buffer("running_var", torch::ones({channels}));
}

torch::Tensor BatchNormImpl::forward(const torch::Tensor& x) {
  if (peers_ != nullptr && is_training()) return over_all(x);
  // Batch statistics of a single value do not exist: it takes the running ones.
  const bool training = is_training() && x.numel() > x.size(1);
  return torch::batch_norm(x, weight, bias, running_mean, running_var, training, kMomentum,
                           epsilon_, at::globalContext().userEnabledCuDNN());
}

torch::Tensor BatchNormImpl::over_all(const torch::Tensor& x) {
  torch::Tensor mean, variance;
  {
    const torch::NoGradGuard no_gradients;
    const auto [common_mean, common_variance] = common_statistics(x, *peers_);
    mean = common_mean.to(torch::kFloat);
    variance = common_variance.to(torch::kFloat);
    const double count = values_a_channel(x) * peers_->size();
    running_mean.lerp_(mean, kMomentum);
    running_var.lerp_(variance * (count / (count - 1)), kMomentum);
  }
  return SynchronisedNorm::apply(x, weight, bias, mean, variance, peers_, epsilon_);
}

void synchronise_batch_norm(torch::nn::Module& network, Peers* peers) {
  for (const auto& module : network.modules()) {
    if (auto* norm = dynamic_cast<BatchNormImpl*>(module.get())) norm->peers_ = peers;
  }
}

}  // namespace heartlab
