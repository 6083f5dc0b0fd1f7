#pragma once

#include <map>
#include <utility>
#include <vector>

#include "heartlab/core/append_file.h"
#include "heartlab/search/tune.h"

namespace heartlab {

// OUT/journal.jsonl: a line for every trial and rung that was done.
class TuneJournal {
 public:
  // Reads what is there; a last line that a killed process left unfinished is taken away.
  explicit TuneJournal(const Path& file);

  // Fills in what was done, and whether there was anything.
  bool recall(Trial& trial, int rung) const;
  void add(const Trial& trial);

 private:
  std::map<std::pair<int, int>, Trial> done_;  // by number and rung
  AppendFile file_;
};

}  // namespace heartlab
