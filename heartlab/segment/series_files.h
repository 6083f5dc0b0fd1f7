#pragma once

#include <string>
#include <vector>

#include "heartlab/dicom/source_series.h"

namespace heartlab {

// What was drawn on one series of DICOM images, in geometric order.
struct DrawnSeries {
  std::vector<SourceFrame> frames;
  std::vector<std::string> names;  // of the images: folder below the input, and file
  std::string structure;
  std::vector<Patch> masks, probabilities;  // the latter empty where they were not asked for
};

// The masks (0 and 1) as a NIfTI volume, of several phases a 4-D one; or the probabilities (0 to 1,
// stored as 255ths). An Error (kBadInput) where the series is no grid: a frame without its place,
// slices that are not parallel, equally far apart and of equally many phases.
void write_mask_nifti(const Path& file, const DrawnSeries& series);
void write_probability_nifti(const Path& file, const DrawnSeries& series);

// The borders as MATLAB contours in the layout that `heartlab prepare` reads: of the cavity the
// outer border as `endo`; of any other structure the outer one as `epi` and that of the largest
// hole as `endo`. One piece an image, the largest; gives the number of images of which something is
// left out.
int write_matlab_borders(const Path& file, const DrawnSeries& series);

}  // namespace heartlab
