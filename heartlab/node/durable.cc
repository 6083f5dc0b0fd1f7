#include "heartlab/node/durable.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <thread>
#include <utility>

#include "heartlab/core/error.h"

namespace heartlab {
namespace {

constexpr int kFileMode = 0600;

int open_lock(const Path& file) {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kFileMode);
  if (descriptor < 0) fail_errno("open", file.string());
  return descriptor;
}

bool lock(int descriptor, int operation) {
  int status = 0;
  do {
    status = ::flock(descriptor, operation);
  } while (status != 0 && errno == EINTR);
  return status == 0;
}

}  // namespace

void sync_to_disk(const Path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) fail_errno("open", path.string());
  const int status = ::fsync(descriptor);
  const int code = errno;
  ::close(descriptor);
  errno = code;
  if (status != 0) fail_errno("sync", path.string());
}

FileLock::FileLock(const Path& file, Mode mode) : descriptor_(open_lock(file)) {
  if (!lock(descriptor_, mode == Mode::kShared ? LOCK_SH : LOCK_EX)) {
    ::close(descriptor_);
    fail_errno("lock", file.string());
  }
}

FileLock::~FileLock() { forget(); }

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock FileLock::exclusive_within(const Path& file, double seconds) {
  FileLock held(open_lock(file));
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (!lock(held.descriptor_, LOCK_EX | LOCK_NB)) {
    if (errno != EWOULDBLOCK) fail_errno("lock", file.string());
    if (std::chrono::steady_clock::now() > end) {
      fail(ErrorKind::kUsage, "{}: another node works in this spool", file.string());
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return held;
}

void FileLock::forget() {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

}  // namespace heartlab
