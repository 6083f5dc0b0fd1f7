#pragma once

#include <string>

#include "heartlab/core/files.h"

namespace heartlab {

// Keeps other processes from working in a folder of results while it lives. A file system without
// locks on folders (NFS) goes without.
class FolderLock {
 public:
  enum class Use { kAlone, kShared };

  // An Error (kUsage) where another process of `command` works there; of kShared only where that
  // one works alone.
  FolderLock(const Path& folder, const std::string& command, Use use = Use::kAlone);
  ~FolderLock();
  FolderLock(FolderLock&& other) noexcept;
  FolderLock& operator=(FolderLock&&) = delete;
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int descriptor_;
};

}  // namespace heartlab
