#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "heartlab/node/desk.h"
#include "heartlab/node/held_back.h"
#include "heartlab/node/worker.h"

namespace heartlab {

// Turns the folder of a series' images into a folder of results (*.dcm).
using Processor = std::function<WorkerEnd(const Path& images, const Path& out, const Path& log)>;

// Takes complete series one after the other, oldest first, until the node stops. A failure is tried
// again after a while, then set aside with its reason. A full disk counts against no series; the
// one that met it waits for a while, behind the others. Where nothing is drawn there is nothing to
// send, and the series is finished.
class Processing {
 public:
  Processing(Desk& desk, Processor processor) : desk_(desk), processor_(std::move(processor)) {}

  void run();
  // One series, where one is due; whether there was.
  bool work_once();

 private:
  std::optional<Ledger::Version> next() const;
  void process(const Ledger::Version& version);
  bool is_disk_full() const;
  void hold_back(const Ledger::Version& version, const std::string& reason);
  void keep(const Ledger::Version& version, const Path& folder);
  void record_done(const Ledger::Version& version, const std::vector<std::string>& results);
  void record_failure(const Ledger::Version& version, const std::string& reason);
  void record_nothing(const Ledger::Version& version, const std::string& reason);

  Desk& desk_;
  Processor processor_;
  HeldBack held_back_;  // what met a full disk
};

}  // namespace heartlab
