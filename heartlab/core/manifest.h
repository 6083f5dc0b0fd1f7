#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "heartlab/core/files.h"

namespace heartlab {

// The release, as `heartlab --version` prints it.
const char* version();

// What stands beside every output: {"heartlab": version, "command": command}, to which callers
// add options, seed, input checksums, devices. Holds no time and no host, so that the same work
// gives the same bytes.
nlohmann::ordered_json make_manifest(const std::string& command);

// An Error (kUsage) where the folder holds the manifest of another command: its results would be
// mixed with these.
void refuse_results_of_others(const Path& folder, const std::string& command);

// JSON as it is written beside outputs: indented, a line end at the end. Bytes that are no UTF-8
// (in file names) are replaced.
std::string json_text(const nlohmann::ordered_json& json);

}  // namespace heartlab
