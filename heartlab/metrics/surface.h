#pragma once

#include <optional>

#include "heartlab/image/geometry.h"
#include "heartlab/image/raster.h"

namespace heartlab {

struct SurfaceDistances {
  double hausdorff95 = 0;  // the larger of the two directed 95th percentiles, mm
  double average = 0;      // average symmetric surface distance, mm
  double to_truth = 0;     // mean from the prediction's border to the truth's, mm
};

// Between the borders of two masks of equal size; nothing where either is empty.
std::optional<SurfaceDistances> surface_distances(const Mask& truth, const Mask& prediction,
                                                  PixelSpacing spacing);

}  // namespace heartlab
