#pragma once

#include <dcmtk/config/osconfig.h>
// osconfig.h comes first.
#include <dcmtk/dcmdata/dctk.h>

#include <functional>

#include "heartlab/core/files.h"

namespace heartlab {

// Registers DCMTK's decoders and silences its log, once for the process.
void initialise_dcmtk();

// True where "DICM" stands behind a preamble (PS3.10 7.1).
bool has_preamble(std::span<const std::uint8_t> bytes);

// Parses a file and calls `work` with its data set, which lives until `work` returns. An Error
// where it does not parse. Neither deep nesting nor deflated data that grows without end does harm.
void with_data_set(const Path& file, const std::function<void(DcmDataset&)>& work);

}  // namespace heartlab
