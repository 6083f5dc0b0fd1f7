#include "heartlab/core/abandoned_files.h"

#include <algorithm>
#include <cctype>
#include <filesystem>

namespace heartlab {

bool is_temporary(const Path& file) {
  constexpr std::string_view kMark = ".tmp-";
  const std::string ending = file.extension().string();
  return ending.starts_with(kMark) &&
         std::all_of(ending.begin() + kMark.size(), ending.end(),
                     [](unsigned char c) { return std::isdigit(c) != 0; });
}

void remove_abandoned_files(const Path& folder) {
  std::error_code code;
  for (std::filesystem::directory_iterator entry(folder, code), end; !code && entry != end;
       entry.increment(code)) {
    std::error_code ignored;
    if (entry->is_regular_file(ignored) && is_temporary(entry->path())) {
      std::filesystem::remove(entry->path(), ignored);
    }
  }
}

}  // namespace heartlab
