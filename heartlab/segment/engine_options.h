#pragma once

#include "heartlab/core/options.h"
#include "heartlab/segment/segmenter.h"

namespace heartlab {

// Adds --engine, --device, --precision, --with, --views, --scales, --focus and --threads, and those
// of CleanUp.
void add_engine_options(OptionTable& table, EngineOptions& options);

}  // namespace heartlab
