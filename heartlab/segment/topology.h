#pragma once

#include "heartlab/image/raster.h"

namespace heartlab {

// Holes are 4-connected pieces of what is not set that do not touch the raster's edge.
Mask without_holes(const Mask& mask);
Mask without_holes_but_largest(const Mask& mask);

// A Gaussian of this deviation (pixels) over the mask, cut at one half.
Mask smoothed(const Mask& mask, double deviation);

// The myocardium around its cavity. Where the mask does not enclose at least 0.15 times its area,
// it is closed by the smallest disc that makes it do so, of a radius of at most 0.3 times the
// square root of its area; where none does, a wider gap, as at the base, and a disc without cavity,
// as at the apex, stay, and so does a small cavity, as at end-systole, of at least 0.02 times the
// area. Of several holes the largest is the cavity, the others are filled.
Mask closed_ring(const Mask& mask);

}  // namespace heartlab
