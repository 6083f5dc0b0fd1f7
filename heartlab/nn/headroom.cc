#include "heartlab/nn/headroom.h"

#include <c10/core/CPUAllocator.h>
#include <malloc.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <torch/version.h>

#include <atomic>
#include <fstream>

#include "heartlab/core/memory_left.h"

namespace heartlab {
namespace {

constexpr std::size_t kHeadroom = 256 << 20;
constexpr int kLarge = 1 << 20;          // bytes; smaller tensors are not looked at
constexpr std::size_t kStep = 64 << 20;  // bytes

}  // namespace

bool memory_is_limited() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) return true;
  int mode = 0;
  std::ifstream("/proc/sys/vm/overcommit_memory") >> mode;
  return mode == 2;
}

namespace {

// Whether the process may still ask for so much.
bool is_promised(std::size_t size) {
  const std::size_t wanted = size + kHeadroom;
  void* room = ::mmap(nullptr, wanted, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (room == MAP_FAILED) return false;
  ::munmap(room, wanted);
  return true;
}

// Whether so much is still there.
bool is_there(std::size_t size) { return memory_left() >= size + kHeadroom; }

class HeadroomAllocator final : public c10::Allocator {
 public:
  HeadroomAllocator(c10::Allocator* base, bool limited)
      : base_(base), has_room_(limited ? is_promised : is_there), step_(limited ? 0 : kStep) {}

#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 3)
  c10::DataPtr allocate(std::size_t size) override { return checked(size); }
  void copy_data(void* to, const void* from, std::size_t count) const override {
    base_->copy_data(to, from, count);
  }
#else
  c10::DataPtr allocate(std::size_t size) const override { return checked(size); }
#endif
  c10::DeleterFnPtr raw_deleter() const override { return base_->raw_deleter(); }

 private:
  c10::DataPtr checked(std::size_t size) const {
    if (size >= std::size_t{kLarge} && is_time(size) && !has_room_(size)) {
      release_freed_memory();
      TORCH_CHECK(has_room_(size), "not enough memory for ", size, " bytes more");
    }
    return base_->allocate(size);
  }

  // Asking takes a while: once in so many bytes.
  bool is_time(std::size_t size) const {
    if (since_ += size; since_ < step_) return false;
    since_ = 0;
    return true;
  }

  c10::Allocator* base_;
  bool (*has_room_)(std::size_t);
  std::size_t step_;
  mutable std::atomic<std::size_t> since_ = 0;
};

}  // namespace

void release_freed_memory() { ::malloc_trim(0); }

void keep_headroom(bool limited) {
  constexpr std::uint8_t kPriority = 1;
  if (limited) ::mallopt(M_MMAP_THRESHOLD, kLarge);
  static HeadroomAllocator allocator(c10::GetDefaultCPUAllocator(), limited);
  c10::SetCPUAllocator(&allocator, kPriority);
}

}  // namespace heartlab
