#include "bench/frozen_script.h"

#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/frontend/tracer.h>
#include <torch/csrc/jit/passes/frozen_graph_optimizations.h>
#include <torch/types.h>

#include <cstring>

#include "heartlab/nn/compat.h"
#include "heartlab/nn/network.h"
#include "heartlab/nn/weights.h"

namespace heartlab::bench {
namespace {

using GraphPointer = std::shared_ptr<torch::jit::Graph>;

GraphPointer traced(Network& network, const torch::Tensor& example) {
  const auto forward = [&network](torch::jit::Stack inputs) {
    return torch::jit::Stack{network->forward(inputs.front().toTensor())};
  };
  const auto no_name = [](const torch::autograd::Variable&) { return std::string(); };
  return torch::jit::tracer::trace({example}, forward, no_name, /*strict=*/true,
                                   /*force_outplace=*/true)
      .first->graph;
}

void weights_to_bfloat16(const GraphPointer& graph) {
  for (torch::jit::Node* node : graph->nodes()) {
    if (node->kind() != torch::prim::Constant || !node->hasAttribute(torch::attr::value)) continue;
    if (node->kindOf(torch::attr::value) != torch::jit::AttributeKind::t) continue;
    torch::Tensor weights = node->t(torch::attr::value);
    if (!weights.is_floating_point() || weights.dim() == 0) continue;
    weights = weights.to(torch::kBFloat16);
    if (weights.dim() == 4) weights = weights.contiguous(at::MemoryFormat::ChannelsLast);
    node->t_(torch::attr::value, weights);
    node->output()->inferTypeFrom(weights);
  }
}

class FrozenScript : public Engine {
 public:
  FrozenScript(const ModelFile& model, int threads)
      : channels_(model.description().network.input_channels) {
    set_up_torch(threads);
    const torch::NoGradGuard no_gradients;
    Network network(model.description().network);
    load_state(*network, model.weights());
    network->eval();
    for (auto& parameter : network->parameters()) parameter.set_requires_grad(false);
    const int side = model.description().preparation.size;
    GraphPointer graph = traced(network, torch::zeros({1, channels_, side, side}));
    torch::jit::OptimizeFrozenGraph(graph);
    weights_to_bfloat16(graph);
    function_ = std::make_unique<torch::jit::GraphFunction>("forward", graph, nullptr);
  }

  Logits run(const std::vector<float>& input, int side) override {
    const torch::NoGradGuard no_gradients;
    const auto image = torch::from_blob(const_cast<float*>(input.data()), {1, 1, side, side})
                           .expand({1, channels_, side, side})
                           .to(torch::kBFloat16)
                           .contiguous(at::MemoryFormat::ChannelsLast);
    torch::jit::Stack stack{image};
    function_->run(stack);
    const auto logits = stack.front().toTensor().to(torch::kFloat).contiguous();
    Logits planes;
    for (int64_t k = 0; k < logits.size(1); ++k) {
      Image& plane = planes.emplace_back(side, side);
      std::memcpy(plane.pixels.data(), logits[0][k].data_ptr<float>(),
                  plane.pixels.size() * sizeof(float));
    }
    return planes;
  }

  std::string description() const override { return "libtorch, frozen TorchScript, folded, bf16"; }

 private:
  int channels_;
  std::unique_ptr<torch::jit::GraphFunction> function_;
};

}  // namespace

std::unique_ptr<Engine> make_frozen_script(const ModelFile& model, int threads) {
  return std::make_unique<FrozenScript>(model, threads);
}

}  // namespace heartlab::bench
