#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "heartlab/core/files.h"
#include "heartlab/nn/network.h"
#include "heartlab/train/optimiser.h"

namespace heartlab {

// What a run needs to go on as if it had never stopped. Batches are functions of seed and
// iteration, so no random state is kept beside the iteration.
struct Progression {
  int iteration = 0;       // the next one
  double best_score = -1;  // of the validation measure; -1 = none yet
  int best_iteration = -1;
  int validated = 0;        // the iteration of the last validation
  double smooth_loss = -1;  // running mean; -1 = none yet
  int without_better = 0;   // validations since the best one
};

// The files of a folder that could be checkpoints, oldest first. None where there is no folder.
std::vector<Path> checkpoints_in(const Path& folder);

// Writes FOLDER/iteration-NNNNNNN.safetensors (weights, optimiser, average, progression, the run's
// options) and removes all but the last two.
void write_checkpoint(const Path& folder, const torch::nn::Module& network,
                      const Optimiser& optimiser, const WeightAverage& average,
                      const Progression& progression, const nlohmann::ordered_json& options);

// Restores the newest checkpoint that is whole; a damaged one is passed over with a warning and
// renamed to NAME.damaged. Nothing where there is none. An Error where the options differ in
// anything that shapes the run; one that the checkpoint's release did not have was at its default,
// and a run of one phase at a fixed rate may become longer.
std::optional<Progression> read_checkpoint(const Path& folder, torch::nn::Module& network,
                                           Optimiser& optimiser, WeightAverage& average,
                                           const nlohmann::ordered_json& options);

// Why that found nothing in RUN/checkpoints though the run had begun, and what can be done, as an
// Error.
[[noreturn]] void refuse_to_resume(const Path& run);

}  // namespace heartlab
