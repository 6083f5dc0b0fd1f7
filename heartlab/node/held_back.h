#pragma once

#include <map>
#include <string>
#include <utility>

#include "heartlab/node/ledger.h"

namespace heartlab {

// Versions of series that wait for a while, so that others come first. Times are steady_seconds().
class HeldBack {
 public:
  // 0 where it does not wait.
  double until(const Ledger::Version& version) const {
    const auto held = until_.find({version.series, version.version});
    return held == until_.end() ? 0 : held->second;
  }
  void hold(const Ledger::Version& version, double until) {
    until_[{version.series, version.version}] = until;
  }
  void release(const Ledger::Version& version) { until_.erase({version.series, version.version}); }

 private:
  std::map<std::pair<std::string, std::string>, double> until_;
};

}  // namespace heartlab
