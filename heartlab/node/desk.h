#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "heartlab/node/config.h"
#include "heartlab/node/counters.h"
#include "heartlab/node/journal.h"
#include "heartlab/node/spool.h"

namespace heartlab {

// What the threads of the node share.
struct Desk {
  const NodeConfig& config;
  const Spool& spool;
  Journal& journal;
  Counters& counters;
  std::atomic<bool> stopping{false};
};

constexpr double kRememberS = 366.0 * 24 * 3600;         // what was removed is known for so long
constexpr auto kPause = std::chrono::milliseconds(100);  // between two looks for work

// Seconds of a clock that never jumps.
inline double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// A record of this kind about a version.
Record record_about(Record::Kind kind, const Ledger::Version& version);

// Records that the version is finished where nothing of it is left to send anywhere.
void finish_if_all_sent(Desk& desk, const std::string& series, const std::string& version);

}  // namespace heartlab
