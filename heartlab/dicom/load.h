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

// The same of what stands before the first pixel data (7FE0,0010) alone: the file is read that far,
// and what parses of it is given, a file cut short among it.
void with_header(const Path& file, const std::function<void(DcmDataset&)>& work);

}  // namespace heartlab
