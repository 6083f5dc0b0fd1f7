#pragma once

#include "heartlab/core/options.h"
#include "heartlab/segment/segmenter.h"

namespace heartlab {

// Adds --engine, --device, --precision, --views, --scales, --largest and --threads.
void add_engine_options(OptionTable& table, EngineOptions& options);

}  // namespace heartlab
