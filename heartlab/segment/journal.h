#pragma once

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "heartlab/core/ranks.h"
#include "heartlab/segment/plan.h"
#include "heartlab/segment/unit_record.h"

namespace heartlab {

// What is done, in OUT/.heartlab: of each process what its results follow from (`run-RANK.json`),
// and of each unit a record. Each process writes the records of its own units.
class Journal {
 public:
  struct Start {
    nlohmann::ordered_json settings;  // what the results follow from, beside the images
    Ranks ranks;
    bool resume = false;  // keep what is done
  };

  // An Error (kUsage) where results of other settings would be mixed with these; of several
  // processes also where OUT holds the records of an earlier call that is not to be resumed;
  // (kBadInput) where a file that is to say so holds other JSON.
  Journal(const Path& out, const std::vector<StudyUnit>& units, const Start& start);

  // Nothing where the unit was not worked on, or its files or their names were others.
  std::optional<UnitRecord> find(std::size_t unit) const;
  // Every file of it had its turn.
  bool is_whole(std::size_t unit) const;
  // It is whole, each of its files could be opened, and its results are there.
  bool is_done(std::size_t unit) const;
  void put(std::size_t unit, UnitRecord record);
  // The unit is about to be done again: until then it is not whole, and nothing is joined.
  void reopen(std::size_t unit) const;

  // Files below OUT that calls before this one wrote, as far as the journal knows.
  std::vector<std::string> former() const;
  // Forgets the records of units that are not among these.
  void forget_others() const;

  // Calls `join` where every unit is whole and no other process has joined them, one process at a
  // time; where all was joined before this call began, process 0 joins it again.
  void join_once(const std::function<void()>& join) const;

 private:
  Path record_of(const std::string& unit) const;
  std::vector<Path> records() const;
  bool is_planned(const UnitRecord& record) const;
  bool is_joined() const;
  void unjoin() const;
  void begin(const Start& start);
  void check_others(const Start& start) const;

  Path out_, folder_;
  int rank_;
  std::map<std::string, std::string> digests_;  // of the units, by name
  std::vector<std::string> names_;              // of the units
  std::string plan_;                            // digest of all
  std::vector<std::string> wiped_;              // results of the records that were taken away
  bool joins_again_ = false;
};

}  // namespace heartlab
