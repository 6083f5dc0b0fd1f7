#include "heartlab/train/trainer.h"

#include "heartlab/core/error.h"
#include "heartlab/core/log.h"
#include "heartlab/core/progress.h"
#include "heartlab/nn/compat.h"
#include "heartlab/train/class_weighting.h"
#include "heartlab/train/memory.h"
#include "heartlab/train/rendezvous.h"
#include "heartlab/train/training_process.h"

namespace heartlab {
namespace {

void check_share(const TrainOptions& options, const Ranks& ranks) {
  if (options.batch % ranks.size == 0) return;
  fail(ErrorKind::kUsage,
       "batch: {} images cannot be shared out evenly among {} processes; batch counts those of all "
       "together",
       options.batch, ranks.size);
}

TrainSummary train_with_others(const Dataset& data, const TrainOptions& options,
                               const TrainRequest& request, const Ranks& ranks) {
  check_share(options, ranks);
  if (ranks.rank > 0) {
    log_only_warnings();
    Progress::silence();
  }
  const torch::Device device = choose_device(request.device, ranks.local_rank);
  Peers peers(rendezvous_from_environment(ranks), device);
  info("{} processes, started by {}", ranks.size, ranks.started_by);
  try {
    return run_process(data, options, request, device, peers);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kInterrupted) peers.leave(error.what());
    throw;
  } catch (const std::exception& error) {
    peers.leave(error.what());
    throw;
  }
}

TrainSummary train_alone_or_with_others(const Dataset& data, const TrainOptions& options,
                                        const TrainRequest& request) {
  const Ranks ranks = ranks_from_environment();
  if (ranks.size > 1) return train_with_others(data, options, request, ranks);
  Peers alone;
  return run_process(data, options, request, choose_device(request.device), alone);
}

}  // namespace

TrainSummary train(const Dataset& data, const TrainOptions& options, const TrainRequest& request) {
  check_options(options, data.side());
  if (options.patience > 0 && data.subset("validation").empty()) {
    fail(ErrorKind::kUsage, "{}: patience counts validations, and the validation side is empty",
         data.path().string());
  }
  try {
    return train_alone_or_with_others(data, with_class_weights(options, data), request);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    if (!is_out_of_memory(error)) throw;
    fail(ErrorKind::kUsage,
         "out of memory ({}): the weights, the optimiser's state and, for validation, one image of "
         "{} x {} pixels must fit",
         brief_reason(error), data.side(), data.side());
  }
}

}  // namespace heartlab
