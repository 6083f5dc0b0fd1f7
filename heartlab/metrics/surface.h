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

// Between the outlines of two masks of equal size, without the stairs of their pixels
// (smoothed() of trace()), each part weighing what it is long; nothing where either is empty. From
// stair to stair, or from pixel to pixel, distances come out a quarter of a pixel too small.
std::optional<SurfaceDistances> surface_distances(const Mask& truth, const Mask& prediction,
                                                  PixelSpacing spacing);

}  // namespace heartlab
