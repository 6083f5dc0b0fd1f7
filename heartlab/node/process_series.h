#pragma once

#include <vector>

#include "heartlab/dicom/source_series.h"
#include "heartlab/segment/segmenter.h"

namespace heartlab {

// A network and what its results say of it.
struct SeriesNetwork {
  Segmenter* segmenter;
  Algorithm algorithm;
};

// Draws on every image in the folder, those of one series as the node received them, and writes
// into `out` a DICOM SEG with one segment a network. Images of several sizes give several SEGs. An
// Error where an image cannot be read: of a part of a series nothing is said.
void process_series(const std::vector<SeriesNetwork>& networks, const Path& images,
                    const Path& out);

}  // namespace heartlab
