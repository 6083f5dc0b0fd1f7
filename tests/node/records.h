#pragma once

#include <string>
#include <vector>

#include "heartlab/node/record.h"

namespace heartlab::testing {

inline Record record(Record::Kind kind, const std::string& series, const std::string& version) {
  Record made;
  made.kind = kind;
  made.series = series;
  made.version = version;
  made.time = 1000;
  if (kind == Record::Kind::kComplete) made.count = 7;
  return made;
}

inline Record processed(const std::string& series, const std::string& version,
                        std::vector<std::string> results) {
  Record made = record(Record::Kind::kProcessed, series, version);
  made.results = std::move(results);
  return made;
}

inline Record about_result(Record::Kind kind, const std::string& series, const std::string& version,
                           const std::string& destination, const std::string& result) {
  Record made = record(kind, series, version);
  made.destination = destination;
  made.result = result;
  return made;
}

inline Record sent(const std::string& series, const std::string& version,
                   const std::string& destination, const std::string& result) {
  return about_result(Record::Kind::kSent, series, version, destination, result);
}

inline Record refused(const std::string& series, const std::string& version,
                      const std::string& destination, const std::string& result) {
  return about_result(Record::Kind::kRefused, series, version, destination, result);
}

}  // namespace heartlab::testing
