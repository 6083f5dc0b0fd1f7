#pragma once

#include "heartlab/image/geometry.h"
#include "heartlab/image/raster.h"

namespace heartlab {

// The mask with only its largest 8-connected piece (the first in reading order among equals).
Mask largest_component(const Mask& mask);
int count_components(const Mask& mask);

// For every pixel the distance in millimetres to the nearest set pixel's centre (exact Euclidean
// transform, Felzenszwalb and Huttenlocher 2012); infinity everywhere where the mask is empty.
// An unknown spacing counts as 1 mm.
Image distance_to(const Mask& mask, PixelSpacing spacing);

}  // namespace heartlab
