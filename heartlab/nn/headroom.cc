#include "heartlab/nn/headroom.h"

#include <c10/core/CPUAllocator.h>
#include <malloc.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <torch/version.h>

#include <fstream>

namespace heartlab {
namespace {

constexpr std::size_t kHeadroom = 256 << 20;
constexpr int kLarge = 1 << 20;  // bytes; smaller tensors are not looked at

}  // namespace

bool memory_is_limited() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) return true;
  int mode = 0;
  std::ifstream("/proc/sys/vm/overcommit_memory") >> mode;
  return mode == 2;
}

namespace {

bool headroom_left() {
  void* room =
      ::mmap(nullptr, kHeadroom, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (room == MAP_FAILED) return false;
  ::munmap(room, kHeadroom);
  return true;
}

class HeadroomAllocator final : public c10::Allocator {
 public:
  explicit HeadroomAllocator(c10::Allocator* base) : base_(base) {}

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
    c10::DataPtr data = base_->allocate(size);
    if (size < std::size_t{kLarge} || headroom_left()) return data;
    data.clear();
    release_freed_memory();
    TORCH_CHECK(false, "not enough memory for ", size, " bytes more");
  }

  c10::Allocator* base_;
};

}  // namespace

void release_freed_memory() { ::malloc_trim(0); }

void keep_headroom() {
  constexpr std::uint8_t kPriority = 1;
  ::mallopt(M_MMAP_THRESHOLD, kLarge);
  static HeadroomAllocator allocator(c10::GetDefaultCPUAllocator());
  c10::SetCPUAllocator(&allocator, kPriority);
}

}  // namespace heartlab
