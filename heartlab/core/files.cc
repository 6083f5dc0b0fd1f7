#include "heartlab/core/files.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <set>
#include <sstream>
#include <system_error>
#include <utility>

#include "heartlab/core/error.h"

namespace heartlab {
namespace {

namespace fs = std::filesystem;

class Descriptor {
 public:
  Descriptor(const Path& path, int flags) : value_(::open(path.c_str(), flags | O_CLOEXEC)) {
    if (value_ < 0) fail_errno("open", path.string());
  }
  ~Descriptor() { ::close(value_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int value() const { return value_; }

 private:
  int value_;
};

void sync_folder(const Path& folder) {
  const Descriptor descriptor(folder, O_RDONLY | O_DIRECTORY);
  ::fsync(descriptor.value());
}

Path folder_of(const Path& path) { return path.has_parent_path() ? path.parent_path() : Path("."); }

Path temporary_name(const Path& path) {
  Path name = path;
  name += ".tmp-" + std::to_string(::getpid());
  return name;
}

// Where a link leads, though there may be nothing yet; else the path itself.
Path behind_links(Path path) {
  constexpr int kMostLinks = 40;  // as the system follows
  std::error_code code;
  for (int i = 0; i < kMostLinks && fs::is_symlink(path, code); ++i) {
    const Path target = fs::read_symlink(path, code);
    if (code) break;
    path = target.is_absolute() ? target : folder_of(path) / target;
  }
  return path;
}

Path without_trailing_slash(const Path& path) {
  return path.has_filename() ? path : path.parent_path();
}

}  // namespace

MappedFile::MappedFile(const Path& path) {
  const Descriptor descriptor(path, O_RDONLY);
  struct stat status {};
  if (::fstat(descriptor.value(), &status) != 0) fail_errno("read", path.string());
  if (!S_ISREG(status.st_mode)) {
    fail(ErrorKind::kBadInput, "{}: expected a file, found a folder or device", path.string());
  }
  size_ = static_cast<std::size_t>(status.st_size);
  if (size_ == 0) return;
  void* address = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, descriptor.value(), 0);
  if (address == MAP_FAILED) fail_errno("map into memory", path.string());
  data_ = static_cast<const std::uint8_t*>(address);
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<std::uint8_t*>(data_), size_);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

AtomicFile::AtomicFile(const Path& path)
    : path_(behind_links(path)), temporary_(temporary_name(path_)) {
  descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor_ < 0) fail_errno("write", path_.string());
  // A file that others may not read stays so when it is replaced.
  constexpr mode_t kPermissions = 0777;
  struct stat former {};
  if (::stat(path_.c_str(), &former) == 0 && S_ISREG(former.st_mode)) {
    static_cast<void>(::fchmod(descriptor_, former.st_mode & kPermissions));
  }
}

AtomicFile::~AtomicFile() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(temporary_.c_str());
}

void AtomicFile::write(std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      fail_errno("write", path_.string());
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void AtomicFile::write(const std::string& text) {
  write({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

void AtomicFile::commit() {
  if (::fsync(descriptor_) != 0) fail_errno("write", path_.string());
  if (::close(std::exchange(descriptor_, -1)) != 0) fail_errno("write", path_.string());
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) {
    ::unlink(temporary_.c_str());
    fail_errno("rename into place", path_.string());
  }
  sync_folder(folder_of(path_));
}

std::string read_text(const Path& path) {
  const MappedFile file(path);
  return {file.bytes().begin(), file.bytes().end()};
}

Bytes read_bytes(const Path& path) {
  const MappedFile file(path);
  return {file.bytes().begin(), file.bytes().end()};
}

void write_text(const Path& path, const std::string& text) {
  AtomicFile file(path);
  file.write(text);
  file.commit();
}

void write_bytes(const Path& path, std::span<const std::uint8_t> bytes) {
  AtomicFile file(path);
  file.write(bytes);
  file.commit();
}

void make_folder(const Path& path) {
  std::error_code code;
  fs::create_directories(path, code);
  if (code) {
    errno = code.value();
    fail_errno("make the folder", path.string());
  }
  if (!fs::is_directory(path)) {
    fail(ErrorKind::kBadInput, "{}: expected a folder, found a file", path.string());
  }
}

std::string stem_of(const Path& file) {
  constexpr std::size_t kLongestEnding = 6;  // with its dot
  std::string name = file.filename().string();
  const std::size_t dot = name.rfind('.');
  if (dot == std::string::npos || dot == 0 || name.size() - dot > kLongestEnding) return name;
  const bool letter = std::any_of(name.begin() + static_cast<std::ptrdiff_t>(dot), name.end(),
                                  [](unsigned char c) { return std::isalpha(c) != 0; });
  if (letter) name.resize(dot);
  return name;
}

std::vector<Path> list_files(const Path& folder) {
  std::error_code code;
  const auto status = fs::status(folder, code);
  if (code && code != std::errc::no_such_file_or_directory) {
    errno = code.value();
    fail_errno("read", folder.string());
  }
  if (!fs::exists(status)) {
    fail(ErrorKind::kNotFound, "{}: no such file or folder", folder.string());
  }
  if (!fs::is_directory(status)) return {folder};
  std::vector<Path> files;
  Path at = folder;  // what could not be read, where something could not
  const auto end = fs::recursive_directory_iterator();
  for (fs::recursive_directory_iterator entry(folder, code); !code && entry != end;) {
    at = entry->path();
    const auto type = entry->status(code).type();
    if (type == fs::file_type::none) break;
    if (type == fs::file_type::regular) files.push_back(at);
    entry.increment(code);
  }
  if (code) {
    errno = code.value();
    fail_errno("read", at.string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

namespace {

// In a folder that write_folder() made: the names in it, one a line.
constexpr const char* kContents = ".heartlab";

// The folder that takes the result: where a link leads, not the link.
Path place_of(const Path& path) {
  const Path target = without_trailing_slash(path);
  std::error_code none;
  const Path place = fs::weakly_canonical(target, none);
  if (!none && place == fs::current_path(none)) {
    fail(ErrorKind::kUsage,
         "{}: a result replaces its folder whole, and this is the current one; give "
         "another --out",
         path.string());
  }
  return fs::is_symlink(target, none) ? place : target;
}

void write_contents_list(const Path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    names.push_back(entry.path().filename().string());
  }
  std::ranges::sort(names);
  write_text(folder / kContents, fmt::format("{}\n", fmt::join(names, "\n")));
}

// What lies in a former result and is not of it would be lost with it.
void refuse_foreign_contents(const Path& folder) {
  if (!fs::exists(folder / kContents)) return;
  std::istringstream list(read_text(folder / kContents));
  std::set<std::string> own = {kContents};
  for (std::string name; std::getline(list, name);) own.insert(name);
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (own.contains(name)) continue;
    fail(ErrorKind::kUsage,
         "{}: holds {}, which is not of the earlier result that would be replaced; "
         "move it away or give another --out",
         folder.string(), name);
  }
}

}  // namespace

void require_replaceable(const Path& path, const std::string& marker) {
  const Path target = place_of(path);
  if (fs::exists(target) && !(fs::is_directory(target) && fs::is_empty(target)) &&
      !fs::exists(target / marker)) {
    fail(ErrorKind::kUsage,
         "{}: exists and holds no {}, so it is not an earlier result; give another --out",
         target.string(), marker);
  }
  if (fs::is_directory(target)) refuse_foreign_contents(target);
}

void write_folder(const Path& path, const std::string& marker,
                  const std::function<void(const Path&)>& fill) {
  require_replaceable(path, marker);
  const Path target = place_of(path);
  make_folder(folder_of(target));
  const Path fresh = temporary_name(target);
  fs::remove_all(fresh);
  make_folder(fresh);
  try {
    fill(fresh);
    write_contents_list(fresh);
    const Path old = target.string() + ".old-" + std::to_string(::getpid());
    const bool replaces = fs::exists(target);
    if (replaces) fs::rename(target, old);
    std::error_code code;
    fs::rename(fresh, target, code);
    if (code) {
      if (replaces) fs::rename(old, target);
      throw fs::filesystem_error("rename", target, code);
    }
    fs::remove_all(old, code);
  } catch (const fs::filesystem_error& error) {
    std::error_code ignored;
    fs::remove_all(fresh, ignored);
    errno = error.code().value();
    fail_errno("write", target.string());
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(fresh, ignored);
    throw;
  }
  sync_folder(folder_of(target));
}

std::string sha256_of_file(const Path& path) { return sha256(MappedFile(path).bytes()); }

}  // namespace heartlab
