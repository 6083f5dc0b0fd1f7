#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace heartlab {

// One line of the journal: what happened to one version of a series. A version is the set of images
// that a series had when it was complete.
struct Record {
  enum class Kind {
    kComplete,   // nothing came for the quiet time; `count` images
    kProcessed,  // `results` are on the disk
    kFailed,     // a try to process failed, for `reason`
    kAside,      // the last try failed, for `reason`
    kRetry,      // a person asked for new tries
    kSent,       // `destination` acknowledged `result`
    kRefused,    // `destination` refused `result`, for `reason`
    kFinished,   // every result is sent, or left unsent
    kRemoved,    // images and results are deleted
    kSending,    // `result` is about to leave for `destination`
    kNothing,    // processing ended well without a result, for `reason`
  };

  Kind kind = Kind::kComplete;
  std::string series;   // Spool::tag of the series
  std::string version;  // Spool::version_of its images
  double time = 0;      // seconds since 1970
  int count = 0;
  std::string content;  // of kComplete: a digest of the images, and of what processes them
  std::string destination, result, reason;
  std::vector<std::string> results;  // file names
};

// The record as a line, led by a checksum, with its line end.
std::string journal_line(const Record& record);

// What a journal says. Lines that are damaged are counted and passed over.
struct JournalText {
  std::vector<Record> records;
  std::size_t damaged = 0;
  std::size_t whole_bytes = 0;  // up to and with the last line end; beyond lies a line cut off
};
JournalText parse_journal(std::string_view text);

}  // namespace heartlab
