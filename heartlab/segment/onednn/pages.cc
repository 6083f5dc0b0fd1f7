#include "heartlab/segment/onednn/pages.h"

#include <sys/mman.h>

#include <algorithm>
#include <utility>

#include "heartlab/core/error.h"

namespace heartlab::onednn {
Pages::Pages(std::size_t bytes) : size_(std::max<std::size_t>(1, bytes)) {
  void* found = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (found == MAP_FAILED) fail(ErrorKind::kInternal, "no memory for {} bytes", size_);
  data_ = static_cast<std::uint8_t*>(found);
  ::madvise(data_, size_, MADV_HUGEPAGE);
}

Pages::~Pages() {
  if (data_ != nullptr) ::munmap(data_, size_);
}

Pages::Pages(Pages&& other) noexcept { *this = std::move(other); }

Pages& Pages::operator=(Pages&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

}  // namespace heartlab::onednn
