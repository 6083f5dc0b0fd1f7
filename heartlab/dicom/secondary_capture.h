#pragma once

#include <string>
#include <vector>

#include "heartlab/dicom/source_series.h"
#include "heartlab/image/raster.h"

namespace heartlab {

// Writes pictures as Secondary Capture images (PS3.3 A.8.1), each in the file of its index,
// atomically: RGB, 8 bits, uncompressed, one series in the study of the frames, which may be of
// several series of it. They must name no patient: the images say that nothing identifying is
// burned in. UIDs follow from the source's and the content, dates from the source's: the same work
// gives the same bytes. They are numbered from `first_number` on. What of the source is against the
// standard is mended as in write_seg(). An Error where the frames are of several studies, or the
// header of the first file cannot be read.
std::vector<DerivedObject> write_secondary_captures(const std::vector<Path>& files,
                                                    const std::vector<ColourImage>& pictures,
                                                    const std::vector<SourceFrame>& frames,
                                                    const Algorithm& algorithm,
                                                    int first_number = 1);

}  // namespace heartlab
