#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "heartlab/core/files.h"

namespace heartlab::fuzzing {

// The fuzzer's bytes as a file in memory, for readers that take a path.
class FileInput {
 public:
  FileInput(const std::uint8_t* data, std::size_t size) {
    if (::ftruncate(descriptor(), 0) != 0 ||
        ::pwrite(descriptor(), data, size, 0) != static_cast<ssize_t>(size)) {
      std::abort();
    }
  }
  Path path() const { return "/proc/self/fd/" + std::to_string(descriptor()); }

 private:
  static int descriptor() {
    static const int value = ::memfd_create("fuzz", 0);
    return value;
  }
};

}  // namespace heartlab::fuzzing
