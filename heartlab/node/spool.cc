#include "heartlab/node/spool.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "heartlab/core/error.h"
#include "heartlab/node/durable.h"
#include "heartlab/node/same_object.h"

namespace heartlab {
namespace {

namespace fs = std::filesystem;

constexpr int kFolderMode = 0700;
constexpr std::size_t kSaltBytes = 32, kTagDigits = 16;

std::string digest(const std::string& text) {
  return sha256({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

std::string read_or_make_salt(const Path& file) {
  if (!fs::exists(file)) {
    Bytes salt(kSaltBytes);
    if (::getrandom(salt.data(), salt.size(), 0) != static_cast<ssize_t>(salt.size())) {
      fail_errno("draw random bytes for", file.string());
    }
    write_bytes(file, salt);
  }
  std::string salt = read_text(file);
  if (salt.size() != kSaltBytes) {
    fail(ErrorKind::kBadInput, "{}: expected {} bytes, found {}", file.string(), kSaltBytes,
         salt.size());
  }
  return salt;
}

// Names in a folder, sorted; none where it is absent.
std::vector<std::string> names_in(const Path& folder, bool folders) {
  std::vector<std::string> names;
  std::error_code code;
  for (auto at = fs::directory_iterator(folder, code); !code && at != fs::directory_iterator();
       at.increment(code)) {
    if (at->is_directory() == folders) names.push_back(at->path().filename().string());
  }
  if (code && code != std::errc::no_such_file_or_directory) {
    fail(kind_of(code), "{}: cannot read: {}", folder.string(), code.message());
  }
  std::ranges::sort(names);
  return names;
}

std::vector<std::string> objects_in(const Path& folder) {
  auto names = names_in(folder, false);
  std::erase_if(names, [](const std::string& name) { return !name.ends_with(".dcm"); });
  return names;
}

void move(const Path& from, const Path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) fail_errno("rename into place", to.string());
}

// What lies in the folders of a spool is the node's to delete.
void refuse_foreign(const Path& root) {
  std::error_code none;
  if (fs::exists(root / "salt", none)) return;
  for (const auto& entry : fs::directory_iterator(root, none)) {
    const std::string name = entry.path().filename().string();
    if (name == "lost+found" || name == "node.lock" || name.starts_with("salt.")) continue;
    fail(ErrorKind::kUsage,
         "spool: expected an empty folder or one that a node made, found {} in {}, which has no "
         "file 'salt'",
         name, root.string());
  }
}

}  // namespace

Spool::Spool(Path root) : root_(std::move(root)) {
  ::umask(077);
  make_folder(root_);
  refuse_foreign(root_);
  if (::chmod(root_.c_str(), kFolderMode) != 0) fail_errno("close to others", root_.string());
  // First: a folder without it is none of a node's.
  salt_ = read_or_make_salt(root_ / "salt");
  for (const char* name : {"incoming", "series", "work", "results", "asked", "trash"}) {
    make_folder(root_ / name);
  }
  sync_to_disk(root_);
}

std::string Spool::tag(const std::string& uid) const {
  return digest(salt_ + uid).substr(0, kTagDigits);
}

Spool::Placed Spool::place(const Path& part, const std::string& series,
                           const std::string& object) const {
  const FileLock lock(placing_lock(), FileLock::Mode::kShared);
  const Path folder = series_folder(series), target = folder / (object + ".dcm");
  if (::mkdir(folder.c_str(), kFolderMode) != 0 && errno != EEXIST) {
    fail_errno("make the folder", folder.string());
  }
  const bool fresh = ::link(part.c_str(), target.c_str()) == 0;
  if (!fresh && errno != EEXIST) fail_errno("write", target.string());
  const bool same = fresh || is_same_object(part, target);
  // Of a duplicate too: who wrote the first one may not have come so far yet.
  sync_to_disk(folder);
  sync_to_disk(root_ / "series");
  ::unlink(part.c_str());
  if (fresh) return Placed::kFresh;
  return same ? Placed::kAgain : Placed::kOther;
}

std::vector<std::string> Spool::series() const { return names_in(root_ / "series", true); }

std::vector<std::string> Spool::images(const std::string& series) const {
  return objects_in(series_folder(series));
}

std::string Spool::version_of(const std::vector<std::string>& images) {
  std::string joined;
  for (const auto& name : images) joined += name + "\n";
  return digest(joined).substr(0, kTagDigits);
}

std::string Spool::content_of(const std::string& series, const std::vector<std::string>& images,
                              const std::string& processing) const {
  std::string all = processing;
  for (const auto& name : images) all += data_set_digest(series_folder(series) / name);
  return digest(all).substr(0, kTagDigits);
}

void Spool::link_images(const std::string& series, const std::vector<std::string>& images,
                        const Path& to) const {
  make_folder(to);
  for (const auto& name : images) {
    const Path from = series_folder(series) / name;
    if (::link(from.c_str(), (to / name).c_str()) != 0) fail_errno("link", from.string());
  }
}

std::vector<std::string> Spool::keep_results(const Path& out, const std::string& series,
                                             const std::string& version) const {
  const auto names = objects_in(out);
  for (const auto& name : names) sync_to_disk(out / name);
  sync_to_disk(out);
  const Path folder = root_ / "results" / series;
  make_folder(folder);
  std::error_code ignored;
  fs::remove_all(folder / version, ignored);
  move(out, folder / version);
  sync_to_disk(folder);
  sync_to_disk(root_ / "results");
  return names;
}

Path Spool::results(const std::string& series, const std::string& version) const {
  return root_ / "results" / series / version;
}

std::vector<std::string> Spool::result_names(const std::string& series,
                                             const std::string& version) const {
  return objects_in(results(series, version));
}

bool Spool::remove(const std::string& series, const std::string& version) const {
  const Path trash = root_ / "trash" / series;
  {
    // No image comes between the look and the move.
    const FileLock lock(placing_lock(), FileLock::Mode::kExclusive);
    const auto names = images(series);
    if (!names.empty() && version_of(names) != version) return false;
    fs::remove_all(trash);
    if (fs::exists(series_folder(series))) move(series_folder(series), trash);
  }
  fs::remove_all(trash);
  fs::remove_all(root_ / "results" / series);
  return true;
}

void Spool::clear_leftovers() const {
  for (const char* name : {"incoming", "work", "trash"}) {
    for (const auto& entry : fs::directory_iterator(root_ / name)) fs::remove_all(entry.path());
  }
}

std::uint64_t Spool::bytes_used() const {
  std::uint64_t bytes = 0;
  for (const char* name : {"series", "results"}) {
    std::error_code code;
    for (auto at = fs::recursive_directory_iterator(root_ / name, code);
         !code && at != fs::recursive_directory_iterator(); at.increment(code)) {
      std::error_code gone;
      const auto size = at->is_regular_file(gone) ? at->file_size(gone) : 0;
      if (!gone) bytes += size;
    }
  }
  return bytes;
}

std::uint64_t Spool::bytes_free() const {
  struct statvfs status {};
  if (::statvfs(root_.c_str(), &status) != 0)
    fail_errno("ask for the free space of", root_.string());
  return std::uint64_t{status.f_bavail} * status.f_frsize;
}

}  // namespace heartlab
