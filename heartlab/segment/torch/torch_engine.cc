#include "heartlab/segment/torch/torch_engine.h"

#include <ATen/Context.h>
#include <omp.h>
#include <torch/types.h>

#include <cfenv>
#include <cstring>
#include <mutex>

#include "heartlab/core/error.h"
#include "heartlab/nn/compat.h"
#include "heartlab/nn/network.h"
#include "heartlab/nn/weights.h"

namespace heartlab {
namespace {

// While it lives, libtorch may set what belongs to the thread of the host program; then the number
// of OpenMP threads and the rules of floating point (denormals) are what they were.
class HostState {
 public:
  HostState() { std::fegetenv(&floating_); }
  ~HostState() {
    omp_set_num_threads(threads_);
    std::fesetenv(&floating_);
  }
  HostState(const HostState&) = delete;
  HostState& operator=(const HostState&) = delete;

 private:
  int threads_ = omp_get_max_threads();
  std::fenv_t floating_{};
};

class TorchEngine : public Engine {
 public:
  TorchEngine(const ModelFile& model, const EngineOptions& options)
      : network_(model.description().network), device_(choose_device(options.device)) {
    if (options.precision == "int8") {
      fail(ErrorKind::kUnsupported, "--precision int8 is for --engine onednn, not for libtorch");
    }
    const HostState host;
    set_up_torch(options.threads);
    threads_ = omp_get_max_threads();
    bfloat16_ = use_bfloat16(options.precision, device_);
    load_state(*network_, model.weights());
    network_->to(device_);
    network_->eval();
    to_channels_last(*network_);
  }

  Logits run(const std::vector<float>& input, int side) override {
    const std::lock_guard one_at_a_time(mutex_);  // each call takes all threads anyway
    const HostState host;
    omp_set_num_threads(threads_);
    at::globalContext().setFlushDenormal(true);
    const torch::InferenceMode inference;
    const int channels = network_->options().input_channels;
    auto x = torch::from_blob(const_cast<float*>(input.data()), {1, 1, side, side})
                 .expand({1, channels, side, side})
                 .to(device_)
                 .contiguous(at::MemoryFormat::ChannelsLast);
    torch::Tensor logits;
    {
      const AutocastGuard autocast(device_, bfloat16_);
      logits = network_->forward(x);
    }
    return to_planes(logits.to(torch::kCPU, torch::kFloat).contiguous(), side);
  }

  std::string description() const override { return describe_runtime(device_, bfloat16_); }

 private:
  static Logits to_planes(const torch::Tensor& logits, int side) {
    Logits planes;
    for (int64_t k = 0; k < logits.size(1); ++k) {
      Image& plane = planes.emplace_back(side, side);
      const auto values = logits[0][k].contiguous();
      std::memcpy(plane.pixels.data(), values.data_ptr<float>(), values.nbytes());
    }
    return planes;
  }

  std::mutex mutex_;
  Network network_;
  torch::Device device_;
  bool bfloat16_ = false;
  int threads_ = 1;
};

}  // namespace

std::unique_ptr<Engine> make_torch_engine(const ModelFile& model, const EngineOptions& options) {
  return std::make_unique<TorchEngine>(model, options);
}

}  // namespace heartlab
