#pragma once

#include "heartlab/image/raster.h"

namespace heartlab {

// The axis along which the scanner encodes by phase, one line of k-space after the other.
enum class PhaseAxis { kRows, kColumns };  // from row to row; from column to column

// A Gaussian of standard deviation `sigma` pixels, cut at three of them; edges are held.
Image blurred(const Image& image, double sigma);

// Ghosts as of a pulsation in step with the acquisition: line n of k-space is multiplied by
// 1 + amplitude cos(2 pi n / period + phase), n counted from the centre. On an axis of N pixels
// that is exactly |I(y) + amplitude / 2 (e^(i phase) I(y - N / period) + e^(-i phase) I(y + N /
// period))|: two copies, shifted by N / period, that leave at one edge and come back at the other
// (between pixels linearly).
struct Ghosting {
  PhaseAxis axis = PhaseAxis::kRows;
  int period = 2;
  double amplitude = 0;
  double phase = 0;  // radians
};
Image ghosted(const Image& image, const Ghosting& ghosting);

// A patient who moves for a while: the lines of k-space from `first_line`, `lines` of them, n
// counted from -N / 2, are those of the image shifted by (dx, dy) pixels (bilinearly; 0 comes in
// from outside); of what results the magnitude.
struct Motion {
  PhaseAxis axis = PhaseAxis::kRows;
  double dx = 0, dy = 0;
  int first_line = 0;
  int lines = 0;
};
Image with_motion(const Image& image, const Motion& motion);

}  // namespace heartlab
