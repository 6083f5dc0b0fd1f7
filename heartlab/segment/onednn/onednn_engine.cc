#include "heartlab/segment/onednn/onednn_engine.h"

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>

#include "heartlab/core/error.h"
#include "heartlab/core/log.h"
#include "heartlab/core/stopwatch.h"
#include "heartlab/core/threads.h"
#include "heartlab/segment/onednn/deeplab.h"
#include "heartlab/segment/onednn/own_threads.h"
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

Arithmetic arithmetic_of(const ModelFile& model, const EngineOptions& options,
                         const Quantisation& quantisation) {
  const NetworkOptions& network = model.description().network;
  const bool eight_bits = options.precision == "int8" || options.precision == "auto";
  const bool bfloat16 = options.precision != "fp32" && has_bfloat16() && bears_bfloat16(network);
  constexpr double kMegabyte = 1e6;
  const auto least = static_cast<std::size_t>(options.packed_weights * kMegabyte);
  return {bfloat16 ? Type::bf16 : Type::f32,
          eight_bits ? quantisation : Quantisation{},
          threads_of(options),
          {model.path(), model.mark(), least}};
}

std::string name_of(const Arithmetic& arithmetic) {
  const char* floating = arithmetic.type == Type::bf16 ? "bf16" : "fp32";
  if (arithmetic.quantisation.empty()) return floating;
  return fmt::format("int8 ({} layers, the others {})", arithmetic.quantisation.layers.size(),
                     floating);
}

// A network laid out for squares of one side, and the memory that calls on it run in.
class LaidOut {
 public:
  LaidOut(const ModelFile& model, const Arithmetic& arithmetic, int side, int calls)
      : network_(model.description().network, model.weights(), arithmetic, side, side),
        workspaces_(calls, [this] { return network_.make_workspace(); }) {}

  std::vector<float> logits(const std::vector<float>& input) {
    const onednn::Workspaces::Loan workspace(workspaces_);
    return network_.logits(*workspace, input);
  }

  std::vector<float> timed_logits(const std::vector<float>& input) {
    const onednn::Workspaces::Loan workspace(workspaces_);
    std::vector<float> times;
    const auto note = [&times](double seconds) { times.push_back(static_cast<float>(seconds)); };
    const Stopwatch stopwatch;
    auto values = network_.logits(*workspace, input, {{}, note});
    note(stopwatch.seconds());
    const std::lock_guard lock(mutex_);
    times_.push_back(std::move(times));
    return values;
  }

  void add_to(Profile& profile) const {
    const std::lock_guard lock(mutex_);
    std::vector<OperationTime> operations = network_.operations();
    if (!times_.empty()) {
      for (std::size_t i = 0; i < operations.size(); ++i) operations[i].seconds = median_time(i);
      profile.seconds += median_time(operations.size());
    }
    profile.runs = std::max(profile.runs, static_cast<int>(times_.size()));
    profile.operations.insert(profile.operations.end(), operations.begin(), operations.end());
  }

 private:
  double median_time(std::size_t operation) const {
    std::vector<float> each;
    for (const auto& run : times_) each.push_back(run[operation]);
    const auto middle = each.begin() + static_cast<std::ptrdiff_t>(each.size() / 2);
    std::ranges::nth_element(each, middle);
    return *middle;
  }

  const onednn::DeepLab network_;
  onednn::Workspaces workspaces_;
  mutable std::mutex mutex_;
  std::vector<std::vector<float>> times_;  // of each run: every operation's, then the whole's
};

int threads_of_a_call(const EngineOptions& options) {
  return std::max(1, threads_of(options) / options.calls);
}

// However many networks are opened.
void warn_once_of_no_bfloat16() {
  static std::once_flag told;
  std::call_once(told, [] {
    log_warning("--precision bf16: this processor does not multiply bf16; fp32 is computed");
  });
}

class OnednnEngine : public Engine {
 public:
  OnednnEngine(const ModelFile& model, const EngineOptions& options,
               const Arithmetic& arithmetic) try
      : channels_(model.description().network.input_channels),
        threads_(threads_of_a_call(options)),
        arithmetic_(name_of(arithmetic)),
        timed_(options.profile) {
    if (options.precision == "bf16" && !has_bfloat16()) {
      note_ = " (no bf16 on this machine)";
      warn_once_of_no_bfloat16();
    } else if (options.precision == "bf16" && !bears_bfloat16(model.description().network)) {
      note_ = " (bf16 rounds this network too far)";
    }
    // oneDNN lays out operations for as many threads as it finds.
    const onednn::OwnThreads own(threads_);
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
    const onednn::OwnThreads own(threads_);
    const std::vector<float> values =
        timed_ ? laid.timed_logits(expanded(input)) : laid.logits(expanded(input));
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

  // Of several sides, all their operations.
  Profile profile() const override {
    Profile profile;
    for (const auto& [side, laid] : by_side_) laid->add_to(profile);
    return profile;
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
  bool timed_;
  std::map<int, std::unique_ptr<LaidOut>> by_side_;
};

}  // namespace

std::unique_ptr<Engine> onednn::make_engine(const ModelFile& model, const EngineOptions& options,
                                            const Quantisation& quantisation) {
  return std::make_unique<OnednnEngine>(model, options,
                                        arithmetic_of(model, options, quantisation));
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
