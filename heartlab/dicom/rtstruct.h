#pragma once

#include <vector>

#include "heartlab/dicom/source_series.h"

namespace heartlab {

// Writes the RT Structure Set IOD (PS3.3 A.19), atomically, for one series: the frames of one group
// of group_by_series(), in its order. The borders are outlines(): smooth, CLOSED_PLANAR, in patient
// coordinates, a hole tied in by a keyhole. An RTSTRUCT knows no time, so each phase of a series is
// a region of interest of its own. Implicit VR, in which a contour may take more than 64 KiB.
// UIDs, dates and what is mended are as write_seg() has them. An Error (kBadInput) where a frame
// has no place in the patient.
DerivedObject write_rtstruct(const Path& file, const std::vector<SourceFrame>& series,
                             const DrawnStructure& structure);

}  // namespace heartlab
