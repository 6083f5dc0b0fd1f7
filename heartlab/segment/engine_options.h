#pragma once

#include "heartlab/core/options.h"
#include "heartlab/segment/segmenter.h"

namespace heartlab {

// Adds --device, --precision and --threads.
void add_engine_options(OptionTable& table, EngineOptions& options);

}  // namespace heartlab
