#include "heartlab/core/memory_left.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <optional>
#include <string>

namespace heartlab {
namespace {

constexpr std::uint64_t kUnlimited = std::numeric_limits<std::uint64_t>::max();

// The number alone in a file; nothing where it says "max" or is not there.
std::optional<std::uint64_t> number_in(const Path& file) {
  std::uint64_t value = 0;
  if (std::ifstream(file) >> value) return value;
  return std::nullopt;
}

// The number after a word in a file of lines "word number".
std::uint64_t number_after(const std::string& word, const Path& file) {
  std::ifstream text(file);
  std::string found;
  while (text >> found) {
    std::uint64_t value = 0;
    if (found == word && text >> value) return value;
    text.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return 0;
}

std::uint64_t of_machine(const Path& meminfo) {
  const auto free = number_after("MemAvailable:", meminfo);
  if (free == 0) return kUnlimited;
  return 1024 * (free + number_after("SwapFree:", meminfo));
}

// How a version of control groups names what it states.
struct Names {
  const char *limit, *used, *files, *shared;
};
constexpr Names kFirst{"memory.limit_in_bytes", "memory.usage_in_bytes", "total_cache",
                       "total_shmem"};
constexpr Names kSecond{"memory.max", "memory.current", "file", "shmem"};

std::uint64_t of_group(const Path& group, const Names& names) {
  const auto limit = number_in(group / names.limit), used = number_in(group / names.used);
  if (!limit || !used) return kUnlimited;
  // Pages of files are given back before anybody is ended.
  const std::uint64_t files = number_after(names.files, group / "memory.stat");
  const std::uint64_t kept = number_after(names.shared, group / "memory.stat");
  const std::uint64_t needed = *used - std::min(*used, files - std::min(files, kept));
  return *limit - std::min(*limit, needed);
}

// Of the group at `path` below `top` and those above it. A container may see its own as the top.
std::uint64_t of_groups(const Path& top, std::string path, const Names& names) {
  std::uint64_t least = of_group(top, names);
  while (path.size() > 1) {
    least = std::min(least, of_group(top / path.substr(1), names));
    path.resize(path.rfind('/'));
  }
  return least;
}

}  // namespace

std::uint64_t memory_left(const Path& root) {
  std::uint64_t least = of_machine(root / "proc/meminfo");
  const Path groups = root / "sys/fs/cgroup";
  std::ifstream memberships(root / "proc/self/cgroup");
  for (std::string line; std::getline(memberships, line);) {
    const auto controllers = line.find(':'), path = line.find(':', controllers + 1);
    if (controllers == std::string::npos || path == std::string::npos) continue;
    const std::string named = line.substr(controllers, path + 1 - controllers);
    if (named == "::") least = std::min(least, of_groups(groups, line.substr(path + 1), kSecond));
    if (named == ":memory:") {
      least = std::min(least, of_groups(groups / "memory", line.substr(path + 1), kFirst));
    }
  }
  return least;
}

}  // namespace heartlab
