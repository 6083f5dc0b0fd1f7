#pragma once

#include "heartlab/core/files.h"

namespace heartlab {

// A file that grows, by records that are in it whole or not at all: what a full disk cuts short is
// taken back before the Error. Not synced: what a power cut may take is the end of the file.
class AppendFile {
 public:
  // Opens the file, and makes it where it is absent.
  explicit AppendFile(Path path);
  ~AppendFile();
  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;

  bool empty() const;
  void append(const std::string& record);

 private:
  Path path_;
  int descriptor_ = -1;
};

}  // namespace heartlab
