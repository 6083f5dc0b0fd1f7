#include "heartlab/core/error.h"

#include <cerrno>
#include <cstring>

namespace heartlab {

int exit_status(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kUsage:
      return 2;
    case ErrorKind::kNotFound:
      return 3;
    case ErrorKind::kPermission:
      return 4;
    case ErrorKind::kBadInput:
      return 5;
    case ErrorKind::kUnsupported:
      return 6;
    case ErrorKind::kDisk:
      return 7;
    case ErrorKind::kPartial:
      return 8;
    case ErrorKind::kInterrupted:
      return 130;
    case ErrorKind::kInternal:
      return 1;
  }
  return 1;
}

void fail_errno(const std::string& action, const std::string& path) {
  const int code = errno;
  ErrorKind kind = ErrorKind::kDisk;
  if (code == ENOENT || code == ENOTDIR) kind = ErrorKind::kNotFound;
  if (code == EACCES || code == EPERM || code == EROFS) kind = ErrorKind::kPermission;
  fail(kind, "{}: cannot {}: {}", path, action, std::strerror(code));
}

}  // namespace heartlab
