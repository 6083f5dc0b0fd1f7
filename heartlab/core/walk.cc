#include "heartlab/core/walk.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <set>
#include <utility>

namespace heartlab {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail_to_read(const Path& path, const std::error_code& code) {
  errno = code.value();
  fail_errno("read", path.string());
}

class Walk {
 public:
  explicit Walk(const std::function<void(const Error&)>& unreadable) : unreadable_(unreadable) {}

  // Folders by their own names come before the same ones by a link, whatever the order on disk.
  std::vector<Path> files_below(const Path& top) {
    std::error_code code;
    const fs::directory_iterator readable(top, code);
    if (code) fail_to_read(top, code);
    read(top);
    while (!links_.empty()) {
      auto links = std::exchange(links_, {});
      std::ranges::sort(links);
      for (const auto& link : links) read(link);
    }
    std::ranges::sort(files_);
    return std::move(files_);
  }

 private:
  void read(const Path& folder) {
    std::error_code code;
    const Path real = fs::canonical(folder, code);
    if (!seen_.insert(code ? folder : real).second) return;
    std::vector<Path> folders;
    fs::directory_iterator entry(folder, code);
    for (; !code && entry != fs::directory_iterator(); entry.increment(code)) take(*entry, folders);
    if (code) report(folder, code);
    std::ranges::sort(folders);
    for (const auto& below : folders) read(below);
  }

  void take(const fs::directory_entry& entry, std::vector<Path>& folders) {
    if (is_hidden(entry.path().filename())) return;
    std::error_code code, ignored;
    const auto type = entry.status(code).type();
    if (type == fs::file_type::regular) files_.push_back(entry.path());
    if (type == fs::file_type::none) report(entry.path(), code);
    if (type != fs::file_type::directory) return;
    (entry.is_symlink(ignored) ? links_ : folders).push_back(entry.path());
  }

  void report(const Path& path, const std::error_code& code) {
    try {
      fail_to_read(path, code);
    } catch (const Error& error) {
      if (!unreadable_) throw;
      unreadable_(error);
    }
  }

  const std::function<void(const Error&)>& unreadable_;
  std::set<Path> seen_;  // canonical
  std::vector<Path> files_, links_;
};

}  // namespace

bool is_hidden(const Path& below) {
  return std::ranges::any_of(below, [](const Path& part) {
    const std::string name = part.string();
    return name.size() > 1 && name[0] == '.' && name != "..";
  });
}

std::vector<Path> find_files(const Path& folder,
                             const std::function<void(const Error&)>& unreadable) {
  std::error_code code;
  const auto type = fs::status(folder, code).type();
  if (type == fs::file_type::none) fail_to_read(folder, code);
  if (type == fs::file_type::not_found) {
    fail(ErrorKind::kNotFound, "{}: no such file or folder", folder.string());
  }
  if (type != fs::file_type::directory) return {folder};
  return Walk(unreadable).files_below(folder);
}

}  // namespace heartlab
