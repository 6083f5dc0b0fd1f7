#pragma once

#include <vector>

#include "heartlab/phantom/heart.h"

namespace heartlab {

// A scar as infarction leaves it: a sector of the wall, from the endocardium outwards.
struct Scar {
  double angle = 0;          // of its middle, radians in the heart's frame
  double half_width = 0;     // radians
  double transmural = 0.75;  // share of the wall's thickness
};

// The inner part of the wall within the sector, in square millimetres (integral of the radii).
double scar_area(const LeftVentricle& ventricle, const Scar& scar);
// The same as a polygon, in millimetres.
Contour scar_contour(const LeftVentricle& ventricle, const Scar& scar);

// The scar in the middle of `angle` that takes this share (0 to 0.5) of the muscle's area over all
// the ventricles of a stack.
Scar fit_scar(const std::vector<LeftVentricle>& slices, double share, double angle);

}  // namespace heartlab
