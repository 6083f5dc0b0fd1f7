#include "heartlab/core/file_mark.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <chrono>

namespace heartlab {

FileMark FileMark::of(const Path& path) {
  constexpr std::int64_t kNano = 1'000'000'000;
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return {};
  return {status.st_dev, status.st_ino, static_cast<std::uint64_t>(status.st_size),
          status.st_ctim.tv_sec * kNano + status.st_ctim.tv_nsec};
}

bool FileMark::is_young() const {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::nanoseconds(changed_ns) + std::chrono::seconds(2) > now;
}

std::string FileMark::text() const {
  return fmt::format("{}, {} bytes, changed at {}", node, size, changed_ns);
}

}  // namespace heartlab
