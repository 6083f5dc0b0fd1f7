#pragma once

#include <map>
#include <optional>

#include "heartlab/node/desk.h"
#include "heartlab/node/held_back.h"
#include "heartlab/node/sender.h"

namespace heartlab {

// Sends results to one destination, oldest first, until the node stops. A destination that is down
// or full is asked again with exponential back-off; what did not go then comes after the others,
// and a result that it refuses waits by itself: neither holds up another. What was acknowledged is
// in the journal before the next one is sent.
class Delivery {
 public:
  Delivery(Desk& desk, Destination to) : desk_(desk), to_(std::move(to)) {}

  void run();

 private:
  std::optional<Ledger::Version> next() const;
  void deliver(const Ledger::Version& version);
  void log_given_up(const Ledger::Version& version, const std::string& result) const;
  bool settle_uncertain(const Ledger::Version& version);
  bool is_given_up_asking(const Ledger::Version& version, const std::string& result,
                          const std::string& status);
  Path path_of(const Ledger::Version& version, const std::string& result) const;
  Record about(Record::Kind kind, const Ledger::Version& version, const std::string& result) const;
  bool record(const Ledger::Version& version, const std::string& result, const Answer& answer);
  void hold_back(const Ledger::Version& version);
  void back_off(const std::string& reason);

  Desk& desk_;
  Destination to_;
  int failures_ = 0;                       // in a row
  double not_before_ = 0;                  // steady_seconds()
  HeldBack held_back_;                     // what did not go
  std::map<std::string, int> unanswered_;  // searches in a row, by the result's path
};

}  // namespace heartlab
