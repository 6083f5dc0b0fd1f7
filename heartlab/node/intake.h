#pragma once

#include <map>
#include <string>
#include <utility>

#include "heartlab/core/file_mark.h"
#include "heartlab/node/desk.h"
#include "heartlab/node/quiet_time.h"

namespace heartlab {

// What the node does about its folders, from one look to the next: finds series that have become
// complete, does what persons asked for, deletes what was sent long enough ago, and what it knows
// of that once a year is over.
class Intake {
 public:
  explicit Intake(Desk& desk);

  void look();

 private:
  void find_complete();
  void complete(const std::string& series);
  std::string processing_mark();
  std::string digest_of(const Path& file);
  bool went_everywhere(const Ledger::Version& version) const;
  void do_what_was_asked();
  void clean();
  void remove_damaged_journal();
  void remove(const std::string& series, const std::string& version);
  void count();

  Desk& desk_;
  QuietTime quiet_;
  std::map<Path, std::pair<FileMark, std::string>> digests_;  // of models and programs
  double next_clean_ = 0, next_size_ = 0, next_forgetting_;   // steady_seconds()
};

// Asks the node of this spool, running or not, to try again what was set aside or left unsent;
// `series` is a tag or "all". An Error where nothing of the kind is there.
void ask_for_retry(const Path& spool, const std::string& series);

}  // namespace heartlab
