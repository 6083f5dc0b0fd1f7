#pragma once

#include <cstdint>
#include <string>

#include "heartlab/core/files.h"

namespace heartlab {

// Which file stands at a path, and its last change: equal marks, equal bytes, unless a change
// followed another within the clock's tick (is_young()).
struct FileMark {
  std::uint64_t device = 0, node = 0, size = 0;
  std::int64_t changed_ns = 0;  // the system's own time of change, which no program sets back

  // All 0 where there is no such file.
  static FileMark of(const Path& path);
  bool operator==(const FileMark&) const = default;
  // Changed within the last two seconds: another change may leave the same mark.
  bool is_young() const;
  // The same on all machines that share a file system: without the device, which they number.
  std::string text() const;
};

}  // namespace heartlab
