#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "heartlab/core/folder_lock.h"
#include "heartlab/train/options.h"

namespace heartlab {

// The training options of --config and --set.
TrainOptions configured(const Path& config, const std::vector<std::string>& settings);

// Whether RUN can be gone on with.
bool has_checkpoints(const Path& run);

// Makes the folder of many runs with this manifest.json. With `resume` it must be there with the
// same one; without it there must be none. An Error (kUsage) says what differs, and where this is
// one of several processes, or another process works there.
[[nodiscard]] FolderLock open_results(const Path& folder, const nlohmann::ordered_json& manifest,
                                      bool resume);

}  // namespace heartlab
