#pragma once

#include "heartlab/core/files.h"

namespace heartlab {

// Returns once the entries of the folder, or the bytes of the file, are on the disk. An Error where
// the system cannot say so: then nothing may be promised to a sender.
void sync_to_disk(const Path& path);

// A lock on a file that is made where it is absent; held until destroyed or the process ends.
// Processes and threads that lock with objects of their own exclude each other.
class FileLock {
 public:
  enum class Mode { kShared, kExclusive };
  // Waits for the lock.
  FileLock(const Path& file, Mode mode);
  ~FileLock();
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&&) = delete;
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

  // The exclusive lock; an Error (kUsage) that names the file where somebody holds it for
  // `seconds`.
  static FileLock exclusive_within(const Path& file, double seconds);
  // Lets go of the descriptor alone, as a forked child does that must not hold what its parent
  // holds.
  void forget();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

}  // namespace heartlab
