#include "heartlab/segment/onednn/onednn_engine.h"

#include <omp.h>

#include <algorithm>
#include <map>
#include <memory>

#include "heartlab/core/error.h"
#include "heartlab/core/threads.h"
#include "heartlab/segment/onednn/deeplab.h"
#include "heartlab/segment/onednn/workspaces.h"

namespace heartlab {
namespace {

using Type = dnnl::memory::data_type;
using onednn::Arithmetic;

bool has_bfloat16() {
  switch (dnnl::get_effective_cpu_isa()) {
    case dnnl::cpu_isa::avx512_core_bf16:
    case dnnl::cpu_isa::avx512_core_amx:
      return true;
    default:
      return false;
  }
}

Arithmetic arithmetic_of(const EngineOptions& options, const Quantisation& quantisation) {
  const bool eight_bits = options.precision == "int8" || options.precision == "auto";
  const bool bfloat16 = options.precision != "fp32" && has_bfloat16();
  return {bfloat16 ? Type::bf16 : Type::f32, eight_bits ? quantisation : Quantisation{}};
}

std::string name_of(const Arithmetic& arithmetic) {
  const char* floating = arithmetic.type == Type::bf16 ? "bf16" : "fp32";
  if (arithmetic.quantisation.empty()) return floating;
  return fmt::format("int8 ({} layers, the others {})", arithmetic.quantisation.layers.size(),
                     floating);
}

// A network laid out for squares of one side, and the memory that calls on it run in.
struct LaidOut {
  LaidOut(const ModelFile& model, const Arithmetic& arithmetic, int side, int calls)
      : network(model.description().network, model.weights(), arithmetic, side, side),
        workspaces(calls, [this] { return network.make_workspace(); }) {}

  const onednn::DeepLab network;
  onednn::Workspaces workspaces;
};

// Set for the calling thread too: oneDNN lays out operations for as many threads as it finds.
int threads_of_a_call(const EngineOptions& options) {
  const int threads = options.threads > 0 ? options.threads : available_cores();
  const int share = std::max(1, threads / options.calls);
  omp_set_num_threads(share);
  return share;
}

class OnednnEngine : public Engine {
 public:
  OnednnEngine(const ModelFile& model, const EngineOptions& options,
               const Arithmetic& arithmetic) try
      : channels_(model.description().network.input_channels),
        threads_(threads_of_a_call(options)),
        arithmetic_(name_of(arithmetic)) {
    if (options.precision == "bf16" && !has_bfloat16()) note_ = " (no bf16 on this machine)";
    // As many calls at once as are asked for, or as their threads have cores.
    const int calls = std::max(options.calls, available_cores() / threads_);
    for (const int side : input_sides(model.description(), options)) {
      by_side_.try_emplace(side, std::make_unique<LaidOut>(model, arithmetic, side, calls));
    }
  } catch (const dnnl::error& error) {
    fail(ErrorKind::kInternal, "{}: oneDNN: {}", model.path().string(), error.message);
  }

  Logits run(const std::vector<float>& input, int side) override try {
    const auto found = by_side_.find(side);
    if (found == by_side_.end()) {
      fail(ErrorKind::kInternal, "the network is not laid out for side {}", side);
    }
    LaidOut& laid = *found->second;
    omp_set_num_threads(threads_);
    const onednn::Workspaces::Loan workspace(laid.workspaces);
    const std::vector<float> values = laid.network.logits(*workspace, expanded(input));
    const auto size = static_cast<std::size_t>(side) * static_cast<std::size_t>(side);
    Logits planes(values.size() / size, Image(side, side));
    for (std::size_t k = 0; k < planes.size(); ++k) {
      std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(k * size), size,
                  planes[k].pixels.begin());
    }
    return planes;
  } catch (const dnnl::error& error) {
    fail(ErrorKind::kInternal, "oneDNN: {}", error.message);
  }

  std::string description() const override {
    const auto* version = dnnl::version();
    return fmt::format("oneDNN {}.{}.{}, cpu, {}{}", version->major, version->minor, version->patch,
                       arithmetic_, note_);
  }

 private:
  // One grey channel shown to every channel of the network.
  std::vector<float> expanded(const std::vector<float>& input) const {
    std::vector<float> all;
    for (int i = 0; i < channels_; ++i) all.insert(all.end(), input.begin(), input.end());
    return all;
  }

  int channels_;
  int threads_;
  std::string arithmetic_;
  std::string note_;
  std::map<int, std::unique_ptr<LaidOut>> by_side_;
};

}  // namespace

std::unique_ptr<Engine> onednn::make_engine(const ModelFile& model, const EngineOptions& options,
                                            const Quantisation& quantisation) {
  return std::make_unique<OnednnEngine>(model, options, arithmetic_of(options, quantisation));
}

std::unique_ptr<Engine> make_onednn_engine(const ModelFile& model, const EngineOptions& options) {
  const Quantisation& quantisation = model.description().quantisation;
  if (options.precision == "int8" && quantisation.empty()) {
    fail(ErrorKind::kUsage,
         "--precision int8: {} was not made for 8 bits; heartlab quantize makes it so",
         model.path().string());
  }
  return onednn::make_engine(model, options, quantisation);
}

}  // namespace heartlab
