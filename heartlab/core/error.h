#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

namespace heartlab {

enum class ErrorKind {
  kUsage,        // the caller's words: an unknown option, a value out of range
  kNotFound,     // a file or folder that is not there
  kPermission,   // a file or folder that may not be read or written
  kBadInput,     // a file whose content is not what was expected
  kUnsupported,  // valid input of a kind HeartLab does not handle
  kDisk,         // writing failed: full disk, input/output error
  kPartial,      // the work was done, but some inputs were passed over
  kInterrupted,  // stopped by a signal, state saved
  kInternal,     // a defect of HeartLab
};

// The one exception of the library. The message names the file (and tag, UID or line), what was
// expected and what was found. Caught once at each boundary.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  ErrorKind kind() const { return kind_; }

 private:
  ErrorKind kind_;
};

// The kind that fits what the operating system refused: kNotFound, kPermission, else kDisk.
ErrorKind kind_of(const std::error_code& code);

// The exit status of the program for an error of this kind (docs/reference.md lists them).
int exit_status(ErrorKind kind);

// throw Error(kind, fmt::format(...)).
template <typename... Args>
[[noreturn]] void fail(ErrorKind kind, fmt::format_string<Args...> format, Args&&... args) {
  throw Error(kind, fmt::format(format, std::forward<Args>(args)...));
}

// Throws the Error that fits errno after a failed system call on `path`; `action` reads like
// "open" or "write".
[[noreturn]] void fail_errno(const std::string& action, const std::string& path);

}  // namespace heartlab
