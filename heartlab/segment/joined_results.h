#pragma once

#include <functional>
#include <nlohmann/json.hpp>

#include "heartlab/segment/journal.h"

namespace heartlab {

// Reads the records of one after another, as many times as it is asked to, in the order of the
// units: what is joined of them never lies in memory whole.
using Records = std::function<void(const std::function<void(const UnitRecord&)>& each)>;

// areas.csv: the lines of all records.
void write_areas(const Path& file, const Records& records);

// manifest.json: `head`, then the results and the checksums of the inputs of all records.
void write_manifest(const Path& file, const nlohmann::ordered_json& head, const Records& records);

}  // namespace heartlab
