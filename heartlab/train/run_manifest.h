#pragma once

#include <torch/types.h>

#include <nlohmann/json.hpp>
#include <string>

#include "heartlab/core/files.h"
#include "heartlab/nn/network.h"
#include "heartlab/prepare/dataset.h"

namespace heartlab {

// What a run says of itself in RUN/manifest.json: options, the data's checksum, the patients of
// each side, and what its rounding depends on (`same_bits_with`): where all of that is the same, so
// are the weights, bit for bit.
nlohmann::ordered_json run_manifest(const Dataset& data, const nlohmann::ordered_json& options,
                                    const std::string& data_sum, const torch::Device& device,
                                    bool bfloat16, int processes);

// Adds to `resumed` where a run that goes on from an iteration rounds otherwise than it did before,
// as run_manifest() says of it `now`.
void note_other_rounding(const nlohmann::ordered_json& now, int iteration,
                         nlohmann::ordered_json& manifest);

// Takes over the weights that fit, says what did, and returns that for the manifest. An Error where
// none fits.
nlohmann::ordered_json take_over_weights(Network& network, const Path& file);

}  // namespace heartlab
