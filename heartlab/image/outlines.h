#pragma once

#include <array>
#include <vector>

#include "heartlab/image/contour.h"
#include "heartlab/image/geometry.h"

namespace heartlab {

// Where a point of the image lies in the patient: millimetres, LPS (PS3.3 C.7.6.2.1.1).
std::array<double, 3> in_patient(const Point& point, const Geometry& geometry);

// A border of trace() without its stairs (a low-pass filter along the line that keeps its size;
// Taubin 1995). No point moves further than the nearest pixel's centre is away, so that
// rasterising gives the same mask.
Contour smoothed(const Contour& border);

// The borders of the mask, smoothed, as one polygon for each 4-connected piece: a hole is tied to
// its piece by a channel without width ("keyhole", PS3.3 C.8.8.6.3), there and back along one line.
std::vector<Contour> outlines(const Mask& mask);

}  // namespace heartlab
