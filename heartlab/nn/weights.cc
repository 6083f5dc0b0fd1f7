#include "heartlab/nn/weights.h"

#include <cstring>
#include <set>

#include "heartlab/core/error.h"

namespace heartlab {
namespace {

bool is_counter(const std::string& name) { return name.ends_with("num_batches_tracked"); }

// Channels of an image summed to those of the network: grey is shown to every colour filter.
bool fold_channels(const torch::Tensor& source, torch::Tensor& target) {
  if (source.dim() != 4 || target.dim() != 4 || target.size(1) != 1) return false;
  if (source.size(0) != target.size(0) || source.sizes().slice(2) != target.sizes().slice(2)) {
    return false;
  }
  target.copy_(source.sum(1, /*keepdim=*/true));
  return true;
}

}  // namespace

std::map<std::string, torch::Tensor> state_of(const torch::nn::Module& network) {
  std::map<std::string, torch::Tensor> state;
  for (const auto& item : network.named_parameters()) state[item.key()] = item.value();
  for (const auto& item : network.named_buffers()) {
    if (!is_counter(item.key())) state[item.key()] = item.value();
  }
  return state;
}

torch::Tensor to_tensor(const TensorView& view) {
  const std::vector<float> values = to_floats(view);
  auto tensor = torch::empty(view.shape, torch::kFloat);
  if (!values.empty()) {
    std::memcpy(tensor.data_ptr<float>(), values.data(), values.size() * sizeof(float));
  }
  return tensor;
}

void load_state(torch::nn::Module& network, const TensorFile& file) {
  const torch::NoGradGuard no_gradients;
  for (auto& [name, tensor] : state_of(network)) {
    const TensorView& view = file.at(name);
    if (tensor.sizes() != torch::IntArrayRef(view.shape)) {
      fail(ErrorKind::kBadInput, "{}: tensor {}: expected shape [{}], found [{}]", file.name(),
           name, fmt::join(tensor.sizes(), ", "), fmt::join(view.shape, ", "));
    }
    const auto values = to_tensor(view);
    if (!torch::isfinite(values).all().item<bool>()) {
      fail(ErrorKind::kBadInput, "{}: tensor {} holds NaN or infinity", file.name(), name);
    }
    tensor.copy_(values);
  }
}

InitReport initialise_from(torch::nn::Module& network,
                           const std::map<std::string, TensorView>& tensors) {
  const torch::NoGradGuard no_gradients;
  InitReport report;
  std::set<std::string> used;
  for (auto& [name, tensor] : state_of(network)) {
    auto found = tensors.find(name);
    if (found == tensors.end()) found = tensors.find("network." + name);  // of a checkpoint
    if (found == tensors.end() && name.starts_with("backbone.")) {
      found = tensors.find(name.substr(std::string("backbone.").size()));
    }
    if (found == tensors.end()) {
      report.missing.push_back(name);
      continue;
    }
    used.insert(found->first);
    const auto source = to_tensor(found->second);
    if (source.sizes() == tensor.sizes()) {
      tensor.copy_(source);
      report.matched.push_back(name);
    } else if (fold_channels(source, tensor)) {
      report.folded.push_back(name);
    } else {
      report.reshaped.push_back(name);
    }
  }
  for (const auto& [name, view] : tensors) {
    if (!used.contains(name) && !is_counter(name)) report.unused.push_back(name);
  }
  return report;
}

void TensorBytes::add(const std::string& name, const torch::Tensor& tensor, ElementType type) {
  auto copy = tensor.detach().to(torch::kCPU);
  if (copy.is_floating_point()) {
    copy = copy.to(type == ElementType::kBF16 ? torch::kBFloat16 : torch::kFloat);
  } else {
    copy = copy.to(torch::kLong);
    type = ElementType::kI64;
  }
  copy = copy.contiguous(at::MemoryFormat::Contiguous);
  if (copy.is_alias_of(tensor)) copy = copy.clone();
  stored_[name] = {copy, type};
}

std::map<std::string, TensorView> TensorBytes::views() const {
  std::map<std::string, TensorView> views;
  for (const auto& [name, stored] : stored_) {
    TensorView view;
    view.type = stored.type;
    view.shape = stored.tensor.sizes().vec();
    view.bytes = {static_cast<const std::uint8_t*>(stored.tensor.data_ptr()),
                  stored.tensor.nbytes()};
    views[name] = view;
  }
  return views;
}

}  // namespace heartlab
