#include "heartlab/core/abandoned_files.h"

#include <algorithm>
#include <cctype>
#include <filesystem>

namespace heartlab {
namespace {

namespace fs = std::filesystem;

// A name that AtomicFile writes under: NAME.tmp-PROCESS.
bool is_temporary(const Path& file) {
  constexpr std::string_view kMark = ".tmp-";
  const std::string ending = file.extension().string();
  return ending.starts_with(kMark) &&
         std::all_of(ending.begin() + kMark.size(), ending.end(),
                     [](unsigned char c) { return std::isdigit(c) != 0; });
}

}  // namespace

void remove_abandoned_files(const Path& folder) {
  std::error_code code;
  for (fs::directory_iterator entry(folder, code), end; !code && entry != end;
       entry.increment(code)) {
    std::error_code ignored;
    if (entry->is_regular_file(ignored) && is_temporary(entry->path())) {
      fs::remove(entry->path(), ignored);
    }
  }
}

}  // namespace heartlab
