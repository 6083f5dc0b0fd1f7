#include "heartlab/nn/compat.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <malloc.h>
#include <torch/cuda.h>
#include <torch/version.h>

#include "heartlab/core/error.h"
#include "heartlab/core/threads.h"

namespace heartlab {
namespace {

#define HEARTLAB_TORCH_AT_LEAST(major, minor) \
  (TORCH_VERSION_MAJOR > (major) ||           \
   (TORCH_VERSION_MAJOR == (major) && TORCH_VERSION_MINOR >= (minor)))

void set_autocast(bool cuda, bool enabled) {
#if HEARTLAB_TORCH_AT_LEAST(2, 4)
  const auto type = cuda ? at::kCUDA : at::kCPU;
  at::autocast::set_autocast_dtype(type, at::kBFloat16);
  at::autocast::set_autocast_enabled(type, enabled);
#else
  if (cuda) {
    at::autocast::set_autocast_gpu_dtype(at::kBFloat16);
    at::autocast::set_enabled(enabled);
  } else {
    at::autocast::set_autocast_cpu_dtype(at::kBFloat16);
    at::autocast::set_cpu_enabled(enabled);
  }
#endif
}

// A network takes and frees the same tensors again and again: giving their pages back to the
// system in between costs up to half of a CPU's speed.
void keep_freed_memory() {
  constexpr int kGrowBy = 64 << 20;
  ::mallopt(M_MMAP_MAX, 0);
  ::mallopt(M_TRIM_THRESHOLD, -1);
  ::mallopt(M_TOP_PAD, kGrowBy);
}

bool cpu_multiplies_bfloat16() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16") != 0;
#else
  return false;
#endif
}

}  // namespace

void set_up_torch(int threads) {
  at::set_num_threads(threads > 0 ? threads : available_cores());
  at::globalContext().setFlushDenormal(true);
  keep_freed_memory();
}

torch::Device choose_device(const std::string& name) {
  const bool available = torch::cuda::is_available();
  if (name == "cuda" && !available) {
    fail(ErrorKind::kUnsupported, "--device cuda: libtorch {} finds no CUDA device", TORCH_VERSION);
  }
  return (name == "cuda" || (name == "auto" && available)) ? torch::kCUDA : torch::kCPU;
}

bool use_bfloat16(const std::string& precision, const torch::Device& device) {
  if (precision != "auto") return precision == "bf16";
  if (device.is_cuda()) return at::detail::getCUDAHooks().supportsBFloat16ConvolutionWithCuDNNv8();
  return cpu_multiplies_bfloat16();
}

std::string describe_runtime(const torch::Device& device, bool bfloat16) {
  return fmt::format(
      "libtorch {}, {}, {}", TORCH_VERSION,
      device.is_cuda() ? "cuda" : fmt::format("cpu ({} threads)", at::get_num_threads()),
      bfloat16 ? "bf16" : "fp32");
}

AutocastGuard::AutocastGuard(const torch::Device& device, bool enabled)
    : cuda_(device.is_cuda()), enabled_(enabled) {
  if (!enabled_) return;
  set_autocast(cuda_, true);
  at::autocast::increment_nesting();
}

AutocastGuard::~AutocastGuard() {
  if (!enabled_) return;
  if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
  set_autocast(cuda_, false);
}

bool cpu_autocast_enabled() {
#if HEARTLAB_TORCH_AT_LEAST(2, 4)
  return at::autocast::is_autocast_enabled(at::kCPU);
#else
  return at::autocast::is_cpu_enabled();
#endif
}

}  // namespace heartlab
