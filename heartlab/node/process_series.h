#pragma once

#include "heartlab/measure/study.h"
#include "heartlab/node/config.h"

namespace heartlab {

// Draws on every image in the folder, those of one series as the node received them, measures, and
// writes DICOM SEG, SR and the report's pages (measure_studies) as <kind>-<number>.dcm straight
// into `out`. An Error where an image cannot be read, as of a part of a series nothing is said;
// NothingDrawn where nothing is drawn.
void process_series(const MeasureNetworks& networks, const NodeConfig::Process& models,
                    const Path& images, const Path& out);

}  // namespace heartlab
