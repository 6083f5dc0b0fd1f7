#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "heartlab/core/files.h"

namespace heartlab {

// What came of one unit: its part of areas.csv, of the manifest and of the summary.
struct UnitRecord {
  std::string unit, digest;  // StudyUnit::name, digest_of()
  bool whole = false;        // false: the work was stopped on its way
  int rank = 0;              // of the process that did it
  int images = 0, empty = 0;
  int unread = 0;  // of the skipped: could not be opened, or no memory was left; worth another try
  std::string areas;                   // lines of areas.csv
  std::vector<std::string> results;    // below the output folder
  std::vector<std::string> former;     // of an earlier record, and not written again
  std::vector<std::string> skipped;    // "path: reason"
  std::vector<std::string> unwritten;  // "path: reason"
  std::map<std::string, std::string> inputs_sha256;
};

// The file whole, or as it was.
void write_record(const Path& file, const UnitRecord& record);
// Nothing where the file is absent or damaged.
std::optional<UnitRecord> read_record(const Path& file);

}  // namespace heartlab
