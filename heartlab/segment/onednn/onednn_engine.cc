#include "heartlab/segment/onednn/onednn_engine.h"

#include <omp.h>

#include <algorithm>
#include <mutex>

#include "heartlab/core/error.h"
#include "heartlab/core/stopwatch.h"
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

int threads_of(const EngineOptions& options) {
  return options.threads > 0 ? options.threads : available_cores();
}

Arithmetic arithmetic_of(const EngineOptions& options, const Quantisation& quantisation) {
  const bool eight_bits = options.precision == "int8" || options.precision == "auto";
  const bool bfloat16 = options.precision != "fp32" && has_bfloat16();
  return {bfloat16 ? Type::bf16 : Type::f32, eight_bits ? quantisation : Quantisation{},
          threads_of(options)};
}

std::string name_of(const Arithmetic& arithmetic) {
  const char* floating = arithmetic.type == Type::bf16 ? "bf16" : "fp32";
  if (arithmetic.quantisation.empty()) return floating;
  return fmt::format("int8 ({} layers, the others {})", arithmetic.quantisation.layers.size(),
                     floating);
}

class OnednnEngine : public Engine {
 public:
  OnednnEngine(const ModelFile& model, const EngineOptions& options,
               const Arithmetic& arithmetic) try
      : side_(model.description().preparation.size),
        channels_(model.description().network.input_channels),
        threads_(threads_of(options)),
        arithmetic_(name_of(arithmetic)),
        network_(model.description().network, model.weights(), arithmetic, side_, side_),
        // As many calls at once as their threads have cores.
        workspaces_(std::max(1, available_cores() / threads_),
                    [this] { return network_.make_workspace(); }),
        timed_(options.profile) {
    if (options.precision == "bf16" && !has_bfloat16()) note_ = " (no bf16 on this machine)";
  } catch (const dnnl::error& error) {
    fail(ErrorKind::kInternal, "{}: oneDNN: {}", model.path().string(), error.message);
  }

  Logits run(const std::vector<float>& input, int side) override try {
    if (side != side_) {
      fail(ErrorKind::kInternal, "the network is laid out for side {}, not {}", side_, side);
    }
    omp_set_num_threads(threads_);
    const onednn::Workspaces::Loan workspace(workspaces_);
    const std::vector<float> values = timed_ ? timed_logits(*workspace, expanded(input))
                                             : network_.logits(*workspace, expanded(input));
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
    return fmt::format("oneDNN {}.{}.{}, cpu ({} threads), {}{}", version->major, version->minor,
                       version->patch, threads_, arithmetic_, note_);
  }

  Profile profile() const override {
    const std::lock_guard lock(times_mutex_);
    Profile profile{static_cast<int>(times_.size()), 0, network_.operations()};
    if (times_.empty()) return profile;
    const std::size_t count = profile.operations.size();
    for (std::size_t i = 0; i < count; ++i) profile.operations[i].seconds = median_time(i);
    profile.seconds = median_time(count);
    return profile;
  }

 private:
  std::vector<float> timed_logits(onednn::Workspace& workspace, const std::vector<float>& input) {
    std::vector<float> times;
    const Stopwatch stopwatch;
    auto values = network_.logits(workspace, input, {{}, [&times](double seconds) {
                                                       times.push_back(static_cast<float>(seconds));
                                                     }});
    times.push_back(static_cast<float>(stopwatch.seconds()));
    const std::lock_guard lock(times_mutex_);
    times_.push_back(std::move(times));
    return values;
  }

  double median_time(std::size_t operation) const {
    std::vector<float> each;
    for (const auto& run : times_) each.push_back(run[operation]);
    const auto middle = each.begin() + static_cast<std::ptrdiff_t>(each.size() / 2);
    std::ranges::nth_element(each, middle);
    return *middle;
  }

  // One grey channel shown to every channel of the network.
  std::vector<float> expanded(const std::vector<float>& input) const {
    std::vector<float> all;
    for (int i = 0; i < channels_; ++i) all.insert(all.end(), input.begin(), input.end());
    return all;
  }

  int side_;
  int channels_;
  int threads_;
  std::string arithmetic_;
  std::string note_;
  const onednn::DeepLab network_;
  onednn::Workspaces workspaces_;
  bool timed_;
  mutable std::mutex times_mutex_;
  std::vector<std::vector<float>> times_;  // of each run: every operation's, then the whole's
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
