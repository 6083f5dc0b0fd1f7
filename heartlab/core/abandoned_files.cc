#include "heartlab/core/abandoned_files.h"

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <filesystem>
#include <optional>

namespace heartlab {
namespace {

struct Temporary {
  std::string name;  // that the file was to have
  pid_t process;
};

std::optional<Temporary> temporary_of(const Path& file) {
  constexpr std::string_view kMark = ".tmp-";
  const std::string ending = file.extension().string();
  if (!ending.starts_with(kMark)) return {};
  const char* end = ending.data() + ending.size();
  Temporary found{file.stem().string(), 0};
  const auto [stop, code] = std::from_chars(ending.data() + kMark.size(), end, found.process);
  if (code != std::errc() || stop != end || found.process <= 0) return {};
  return found;
}

bool is_another_that_lives(pid_t process) {
  return process != ::getpid() && (::kill(process, 0) == 0 || errno == EPERM);
}

void remove_where(const Path& folder, const std::function<bool(const Temporary&)>& is_abandoned) {
  std::error_code code;
  for (std::filesystem::directory_iterator entry(folder, code), end; !code && entry != end;
       entry.increment(code)) {
    std::error_code ignored;
    if (!entry->is_regular_file(ignored)) continue;
    const auto temporary = temporary_of(entry->path());
    if (temporary && is_abandoned(*temporary)) std::filesystem::remove(entry->path(), ignored);
  }
}

}  // namespace

bool is_temporary(const Path& file) { return temporary_of(file).has_value(); }

void remove_abandoned_files(const Path& folder) {
  remove_where(folder, [](const Temporary&) { return true; });
}

void remove_abandoned_files(const Path& folder,
                            const std::function<bool(const std::string& name)>& is_ours) {
  remove_where(folder, [&](const Temporary& file) {
    return is_ours(file.name) && !is_another_that_lives(file.process);
  });
}

}  // namespace heartlab
