#pragma once

// The one place that knows how libtorch 1.13 and 2.x differ, and what the hardware offers.

#include <torch/types.h>

#include <exception>
#include <nlohmann/json.hpp>
#include <string>

namespace heartlab {

// Readies the process for libtorch: its threads (0 = the cores at hand; its own default of 1 is a
// trap), denormals flushed to zero, freed memory kept for the next tensor.
void set_up_torch(int threads);

// "auto" (CUDA where there is one), "cpu", "cuda": of several GPUs the one of the process's number
// on this machine. An Error where CUDA is asked for but absent.
torch::Device choose_device(const std::string& name, int local_rank = 0);

// "auto" gives bf16 where the hardware multiplies it (AVX-512 BF16, AMX; on CUDA where cuDNN
// convolves it, from compute capability 8 on), else fp32; "fp32" and "bf16" as they are.
bool use_bfloat16(const std::string& precision, const torch::Device& device);

// "libtorch 1.13.1, cpu (2 threads), bf16"
std::string describe_runtime(const torch::Device& device, bool bfloat16);

// What the rounding of a result depends on beside the inputs: libtorch's release, the processor's
// instructions that it uses ("AVX512"; "cuda": a GPU adds up in no fixed order), threads, bf16.
nlohmann::ordered_json describe_rounding(const torch::Device& device, bool bfloat16);

// Whether libtorch failed for want of memory, the processor's or the GPU's.
bool is_out_of_memory(const std::exception& error);
// The first sentence of what libtorch says, without where in its code it happened.
std::string brief_reason(const std::exception& error);

// Within its life the forward pass runs under bf16 autocast; does nothing where `enabled` is
// false.
class AutocastGuard {
 public:
  AutocastGuard(const torch::Device& device, bool enabled);
  ~AutocastGuard();
  AutocastGuard(const AutocastGuard&) = delete;
  AutocastGuard& operator=(const AutocastGuard&) = delete;

 private:
  bool cuda_;
  bool enabled_;
};

// Whether the calling thread is within a guard for the CPU.
bool cpu_autocast_enabled();

}  // namespace heartlab
