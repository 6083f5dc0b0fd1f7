#include "heartlab/nn/compat.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/autocast_mode.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <c10/util/Exception.h>
#include <dlfcn.h>
#include <malloc.h>
#include <torch/cuda.h>
#include <torch/version.h>

#include <fstream>
#include <new>
#include <string_view>

#include "heartlab/core/error.h"
#include "heartlab/core/threads.h"
#include "heartlab/nn/headroom.h"

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

// What stands after `mark` on its line; nothing where it is not there.
std::string rest_after(std::string_view mark, const std::string& text) {
  const auto found = text.find(mark);
  if (found == std::string::npos) return "";
  const auto start = found + mark.size();
  return text.substr(start, text.find('\n', start) - start);
}

// What libtorch computes with, and the kinds of bf16 products that oneDNN chooses among by itself.
std::string instructions_in_use() {
  std::string used = rest_after("CPU capability usage: ", at::show_config());
  if (used.empty()) used = "unknown";
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("flags")) continue;
    for (const char* kind : {" avx512_bf16", " amx_bf16"}) {
      if ((line + " ").find(std::string(kind) + " ") != std::string::npos) used += kind;
    }
    break;
  }
  return used;
}

// OpenBLAS counts threads of its own, from the environment or the machine's cores; libtorch does
// not tell it. Sums split among another number of threads round otherwise.
void set_blas_threads(int threads) {
  using SetThreads = void (*)(int);
  if (void* set = dlsym(RTLD_DEFAULT, "openblas_set_num_threads")) {
    reinterpret_cast<SetThreads>(set)(threads);
  }
}

}  // namespace

void set_up_torch(int threads) {
  const int count = threads > 0 ? threads : available_cores();
  at::set_num_threads(count);
  set_blas_threads(count);
  at::globalContext().setFlushDenormal(true);
  static const bool limited = memory_is_limited();
  if (!limited) keep_freed_memory();
  keep_headroom(limited);
}

torch::Device choose_device(const std::string& name, int local_rank) {
  const bool available = torch::cuda::is_available();
  if (name == "cuda" && !available) {
    fail(ErrorKind::kUnsupported, "--device cuda: libtorch {} finds no CUDA device", TORCH_VERSION);
  }
  if (name == "cpu" || !available) return torch::kCPU;
  const auto count = static_cast<int>(torch::cuda::device_count());
  const torch::Device device(torch::kCUDA, static_cast<c10::DeviceIndex>(local_rank % count));
  c10::impl::VirtualGuardImpl(torch::kCUDA).setDevice(device);
  return device;
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

nlohmann::ordered_json describe_rounding(const torch::Device& device, bool bfloat16) {
  return {{"libtorch", TORCH_VERSION},
          {"processor", device.is_cuda() ? "cuda" : instructions_in_use()},
          {"threads", at::get_num_threads()},
          {"precision", bfloat16 ? "bf16" : "fp32"}};
}

bool is_out_of_memory(const std::exception& error) {
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) return true;
  // What another process says of its own memory comes as an Error.
  if (dynamic_cast<const Error*>(&error) != nullptr) return false;
  if (dynamic_cast<const c10::Error*>(&error) == nullptr &&
      dynamic_cast<const std::runtime_error*>(&error) == nullptr) {
    return false;
  }
  const std::string text = error.what();
  return text.find("can't allocate memory") != std::string::npos ||
         text.find("not enough memory") != std::string::npos ||
         text.find("out of memory") != std::string::npos;
}

std::string brief_reason(const std::exception& error) {
  const auto* own = dynamic_cast<const c10::Error*>(&error);
  std::string text = own != nullptr ? own->what_without_backtrace() : error.what();
  text = text.substr(0, text.find('\n'));
  // "[enforce fail at FILE:LINE] condition. What happened": the end is for people.
  if (text.starts_with("[enforce fail")) text = text.substr(text.find(". ") + 2);
  return text;
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
