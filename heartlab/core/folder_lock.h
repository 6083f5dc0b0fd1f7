#pragma once

#include <string>

#include "heartlab/core/files.h"

namespace heartlab {

// Keeps other processes from working in a folder of results while it lives. A file system without
// locks on folders (NFS) goes without.
class FolderLock {
 public:
  // An Error (kUsage) where another process of `command` works there.
  FolderLock(const Path& folder, const std::string& command);
  ~FolderLock();
  FolderLock(FolderLock&& other) noexcept;
  FolderLock& operator=(FolderLock&&) = delete;
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int descriptor_;
};

}  // namespace heartlab
