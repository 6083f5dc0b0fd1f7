#pragma once

#include <mutex>

#include "heartlab/core/files.h"
#include "heartlab/node/ledger.h"

namespace heartlab {

// The ledger on the disk. Safe to use from several threads.
class Journal {
 public:
  // Reads the file, where there is one, and writes it anew (compact). A last line that was cut off
  // is dropped; where other lines are damaged, the old file is kept beside it with the ending
  // .damaged.
  Journal(Path file, double oldest);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // On the disk when this returns; the time is set here where it is 0.
  void append(Record record);

  // Writes the file anew without what is superseded; what was removed before `oldest` is forgotten.
  // The file is the old one or the new one, whenever the power fails.
  void compact(double oldest);

  // A copy of a part of the ledger, chosen by `look`, which must not call the journal.
  template <typename Look>
  auto with_ledger(Look look) const {
    const std::lock_guard guard(mutex_);
    return look(ledger_);
  }

  // Damaged lines that were found when the file was read.
  std::size_t damaged() const { return damaged_; }

 private:
  void write_anew();
  void open();
  void close();

  Path file_;
  int descriptor_ = -1;
  std::size_t damaged_ = 0;
  mutable std::mutex mutex_;
  Ledger ledger_;
};

// Where a journal with damaged lines is kept.
Path damaged_copy_of(const Path& journal);

// The ledger that a journal leads to; the file is only read, as another process may write it.
Ledger read_ledger(const Path& file);

}  // namespace heartlab
