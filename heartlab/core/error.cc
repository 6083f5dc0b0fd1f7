#include "heartlab/core/error.h"

#include <cerrno>

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

ErrorKind kind_of(const std::error_code& code) {
  using std::errc;
  if (code == errc::no_such_file_or_directory || code == errc::not_a_directory) {
    return ErrorKind::kNotFound;
  }
  if (code == errc::permission_denied || code == errc::operation_not_permitted ||
      code == errc::read_only_file_system) {
    return ErrorKind::kPermission;
  }
  return ErrorKind::kDisk;
}

void fail_errno(const std::string& action, const std::string& path) {
  const std::error_code code(errno, std::generic_category());
  fail(kind_of(code), "{}: cannot {}: {}", path, action, code.message());
}

}  // namespace heartlab
