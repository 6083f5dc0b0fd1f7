#include "heartlab/core/append_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "heartlab/core/error.h"

namespace heartlab {

AppendFile::AppendFile(Path path) : path_(std::move(path)) {
  descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (descriptor_ < 0) fail_errno("write", path_.string());
}

AppendFile::~AppendFile() { ::close(descriptor_); }

bool AppendFile::empty() const { return ::lseek(descriptor_, 0, SEEK_END) == 0; }

void AppendFile::append(const std::string& record) {
  const off_t size = ::lseek(descriptor_, 0, SEEK_END);
  const ssize_t written = ::write(descriptor_, record.data(), record.size());
  if (written == static_cast<ssize_t>(record.size())) return;
  const int code = written < 0 ? errno : ENOSPC;
  [[maybe_unused]] const int cut = ::ftruncate(descriptor_, size);
  errno = code;
  fail_errno("write", path_.string());
}

}  // namespace heartlab
