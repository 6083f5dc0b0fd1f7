#pragma once

#include <functional>
#include <string>

#include "heartlab/core/files.h"
#include "heartlab/prepare/dataset.h"
#include "heartlab/train/options.h"

namespace heartlab {

// Of one iteration, seconds.
struct IterationTimes {
  double whole = 0;
  double waiting = 0;  // of them for batches that were not drawn yet
};

struct TrainRequest {
  Path out;  // RUN
  // Foreign or earlier weights to start from; empty = drawn anew. Not read where `resume` finds a
  // checkpoint.
  Path init;
  bool resume = false;          // go on from RUN/checkpoints
  std::string device = "auto";  // auto, cpu, cuda
  std::function<void()>
      after_start;  // called when the run is open, its state restored; may be empty
  std::function<void()> after_validation;  // called when RUN/*.csv have grown; may be empty
  std::function<void(const IterationTimes&)> after_iteration;  // may be empty
};

struct TrainSummary {
  int iterations = 0;          // that were done
  bool stopped_early = false;  // for want of patience, before the last
  double best_score = 0;       // of options.best_by on the validation side
  int best_iteration = -1;     // -1: no validation side, model.safetensors is the last
  double seconds = 0;          // of this process
  double waiting = 0;          // of them for batches that were not drawn yet
};

// Trains on the data set's training side, validates on its validation side, and fills RUN with
// model.safetensors (the best by validation), last.safetensors, checkpoints/, log.csv,
// validation.csv, TensorBoard events and manifest.json. It ends early, with all of that, where
// options.patience validations one after the other were no better than the best. The same options,
// data and threads give the same weights; a resumed run gives those of an uninterrupted one.
// Errors: RUN holds another run and `resume` is false; the loss is not finite or beyond 1e6 (the
// batch is named, the last checkpoint stays); kInterrupted after a signal, the state saved.
TrainSummary train(const Dataset& data, const TrainOptions& options, const TrainRequest& request);

}  // namespace heartlab
