#pragma once

#include "heartlab/core/options.h"
#include "heartlab/segment/segmenter.h"

namespace heartlab {

// Adds --engine, --device, --precision, --with, --views, --scales, --focus, --packed-weights and
// --threads, and those of CleanUp.
void add_engine_options(OptionTable& table, EngineOptions& options);

// An Error (kUsage) where one of them is outside its range or none of its choices.
void check_engine_options(EngineOptions options);

}  // namespace heartlab
