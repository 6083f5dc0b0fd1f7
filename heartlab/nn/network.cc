#include "heartlab/nn/network.h"

#include <cmath>

#include "heartlab/nn/resize.h"

namespace heartlab {
namespace {

void fill_normal(torch::Tensor& tensor, double deviation, Generator generator) {
  auto values = torch::empty(tensor.sizes(), torch::kFloat);
  auto* data = values.data_ptr<float>();
  for (int64_t i = 0; i < values.numel(); ++i) {
    data[i] = static_cast<float>(deviation * generator.normal());
  }
  tensor.copy_(values);
}

}  // namespace

void to_channels_last(torch::nn::Module& network) {
  for (auto& parameter : network.parameters()) {
    if (parameter.dim() == 4) {
      parameter.set_data(parameter.data().contiguous(at::MemoryFormat::ChannelsLast));
    }
  }
}

NetworkImpl::NetworkImpl(const NetworkOptions& options)
    : options_(options), backbone_(make_backbone(options)), classifier_(make_head(options)) {
  register_module("backbone", std::static_pointer_cast<torch::nn::Module>(backbone_));
  register_module("classifier", std::static_pointer_cast<torch::nn::Module>(classifier_));
}

torch::Tensor NetworkImpl::coarse_logits(const torch::Tensor& x) {
  return classifier_->forward(backbone_->forward(x));
}

std::vector<torch::Tensor> NetworkImpl::forward_all(const torch::Tensor& x) {
  const auto rows = x.size(2);
  const auto columns = x.size(3);
  const auto scales = options_.scales.empty() ? std::vector<double>{1.0} : options_.scales;
  std::vector<torch::Tensor> each;
  torch::Tensor fused;
  for (const double scale : scales) {
    const auto scaled = resize_bilinear(x, std::max<int64_t>(1, std::lround(scale * rows)),
                                        std::max<int64_t>(1, std::lround(scale * columns)));
    each.push_back(coarse_logits(scaled).to(torch::kFloat));
    const auto full = resize_bilinear(each.back(), rows, columns);
    fused = fused.defined() ? torch::maximum(fused, full) : full;
  }
  if (each.size() == 1) return {fused};
  each.insert(each.begin(), fused);
  return each;
}

torch::Tensor NetworkImpl::forward(const torch::Tensor& x) { return forward_all(x).front(); }

void initialise(Network& network, const Generator& generator) {
  const torch::NoGradGuard no_gradients;
  std::uint64_t index = 0;
  for (auto& item : network->named_parameters()) {
    auto& tensor = item.value();
    const bool logits = tensor.dim() == 4 && tensor.size(0) == network->options().classes;
    const bool is_weight = item.key().ends_with("weight");
    if (tensor.dim() == 4) {
      const double fan_in =
          static_cast<double>(tensor.numel()) / static_cast<double>(tensor.size(0));
      const double fan_out = static_cast<double>(tensor.size(0) * tensor.size(2) * tensor.size(3));
      fill_normal(tensor, std::sqrt(logits ? 1.0 / fan_in : 2.0 / fan_out), generator.fork(index));
    } else {
      tensor.fill_(is_weight ? 1.0 : 0.0);
    }
    ++index;
  }
  network->head().initialise(generator.fork(index));
}

}  // namespace heartlab
