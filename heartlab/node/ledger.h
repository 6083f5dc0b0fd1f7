#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "heartlab/node/record.h"

namespace heartlab {

// Where every version of every series stands: the sum of the journal's records. A record that
// comes twice, or for what is not known, changes nothing.
class Ledger {
 public:
  enum class State { kComplete, kProcessed, kAside, kFinished, kRemoved };
  using Delivery = std::pair<std::string, std::string>;  // destination, result

  struct Version {
    std::string series, version;
    State state = State::kComplete;
    std::size_t number = 0;  // in order of completion
    double changed = 0;      // when it came to this state, seconds since 1970
    int images = 0;
    std::string content;  // Record::content of its completion
    int failures = 0;     // tries to process that failed, since the last retry
    std::string reason;   // of the last failure, or why there is no result
    std::vector<std::string> results;
    std::set<Delivery> sent;
    std::set<Delivery> uncertain;  // on their way when the node stopped, or the connection broke
    std::map<Delivery, int> refusals;  // of what is not sent

    // Nothing of it is left to do, whatever comes again.
    bool is_done_and_removed() const {
      return state == State::kRemoved && !results.empty() && refusals.empty();
    }
  };

  // A newer version of a series takes the place of older ones that are not processed, and of itself
  // where it was removed: it starts anew, and what of it was sent stays sent where the content is
  // the same.
  void apply(const Record& record);

  const Version* find(const std::string& series, const std::string& version) const;
  // Those that are not removed, in order of completion: what was removed, a year of it, costs
  // those who look often nothing.
  std::vector<const Version*> versions() const;
  // All of one series.
  std::vector<const Version*> versions_of(const std::string& series) const;

  // The fewest records that lead to this state.
  std::vector<Record> records() const;
  // Forgets what was removed before `oldest`.
  void forget_removed(double oldest);

 private:
  using Key = std::pair<std::string, std::string>;  // series, version

  void complete(const Record& record);
  void erase(const Key& key);

  std::map<Key, Version> versions_;
  std::map<std::size_t, Key> present_;  // by number; of those that are not removed
  std::size_t next_number_ = 0;
};

// What of a version still goes to this destination: neither acknowledged by it, nor refused
// `refusals` times.
std::vector<std::string> unsent(const Ledger::Version& version, const std::string& destination,
                                int refusals);

// Whether a version was completed with this Record::content; older journals state none, and that
// passes for the same.
bool is_same_content(const Ledger::Version& version, const std::string& content);

// How many results of a version are left unsent: refused `refusals` times by a destination, or
// refused and not sent when the version was finished.
std::size_t given_up(const Ledger::Version& version, int refusals);

const char* name_of(Ledger::State state);

}  // namespace heartlab
