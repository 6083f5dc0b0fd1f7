#include "heartlab/core/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "heartlab/core/error.h"

namespace heartlab {

FolderLock::FolderLock(const Path& folder, const std::string& command, Use use)
    : descriptor_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (descriptor_ < 0) fail_errno("open", folder.string());
  const int kind = use == Use::kAlone ? LOCK_EX : LOCK_SH;
  if (::flock(descriptor_, kind | LOCK_NB) == 0 || errno != EWOULDBLOCK) return;
  ::close(descriptor_);
  fail(ErrorKind::kUsage, "{}: another heartlab {} works there; give another --out",
       folder.string(), command);
}

FolderLock::~FolderLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

FolderLock::FolderLock(FolderLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

}  // namespace heartlab
