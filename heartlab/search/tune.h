#pragma once

#include <functional>
#include <string>
#include <vector>

#include "heartlab/search/space.h"
#include "heartlab/train/trainer.h"

namespace heartlab {

using TrainFunction = std::function<TrainSummary(const Dataset& data, const TrainOptions& options,
                                                 const TrainRequest& request)>;

struct TuneOptions {
  Path data, config, space;
  std::vector<std::string> settings;  // key=value, over the configuration
  int trials = 16;
  int rungs = 3;
  double keep = 0.5;  // of a rung's trials, the best that go on to the next
  std::uint64_t seed = 1;
  std::string device = "auto";
  bool resume = false;
  Path out;

  // The object must outlive the table.
  OptionTable table();
};

// How one trial did on the rung it came to last.
struct Trial {
  int number = 0;  // from 1
  std::vector<Setting> settings;
  int rung = 0;        // 1 to rungs; 0 = not yet run
  int iterations = 0;  // that were done there
  double score = -1;   // of best_by on the validation side; -1 = it failed
  int best_iteration = -1;
  std::string failure;  // why; empty where it did not
};

// The iterations of each phase on a rung (1 to `rungs`): the whole on the last, half of it on the
// one before, and so on; at least 1.
std::vector<int> rung_iterations(const std::vector<int>& whole, int rung, int rungs);

// The numbers of the trials that go on: of those that did not fail the best, a share of `keep` of
// all, rounded up; the lower number among equals. At least one where one did not fail.
std::vector<int> survivors(const std::vector<Trial>& trials, double keep);

// Whether a trial's longer run on the next rung begins as its shorter one did: one phase at a fixed
// rate. Then it resumes its checkpoint; else the course of the rate spans the run, and it starts
// anew.
bool goes_on(const TrainOptions& options);

// Random search with successive halving (Jamieson and Talwalkar 2016, algorithm 1): every trial,
// its options drawn from `seed` and its number alone, trains on the first rung, and the best share
// goes on to the next, with twice the iterations. A trial whose training fails for its options
// (diverged, do not fit) is last. Writes OUT/trial-NNN/ (runs), journal.jsonl, trials.csv,
// best.toml (a configuration) and manifest.json. With `resume` what the journal holds is not done
// again. The result: all trials in order of their number. Errors: as of SearchSpace and train(); no
// validation side; OUT holds a search and `resume` is false, or another search; every trial failed.
std::vector<Trial> tune(const TuneOptions& options, const TrainFunction& train);

// The best of the last rung.
const Trial& best_of(const std::vector<Trial>& trials);

}  // namespace heartlab
