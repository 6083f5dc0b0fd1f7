#pragma once

#include "heartlab/image/contour.h"
#include "heartlab/image/raster.h"

namespace heartlab {

// A closed border on an image and how much lies within it.
struct Outline {
  Contour contour;     // pixels
  double area_px = 0;  // square pixels

  bool empty() const { return area_px <= 0; }
};

// Area by the shoelace formula; fewer than three points give an empty outline.
Outline outline_of(const Contour& contour);

// Of the largest 8-connected piece, its holes filled and without what hangs on it by a corner
// alone: the area is the number of its pixels, the contour runs through the pixel edges (trace()).
// Empty where nothing is set.
Outline outline_of(const Mask& mask);

// Both borders of the left ventricle on one image.
struct LeftOutlines {
  Outline endocardium, epicardium;  // empty where there is none
  bool open_ring = false;           // the ring has no hole: no endocardium can be told from it
  bool contradict = false;          // the cavity's mask and the ring's hole have little in common
  bool apart = false;               // cavity and ring do not touch: the ring is left out
  int pieces_left_out = 0;          // smaller pieces of the masks, beside the one that counts
};

// From masks as networks draw them, of one size; either may be empty. The cavity's own mask gives
// the endocardium, else the ring's hole does; the epicardium is the outer border of ring and cavity
// together, and unknown without a ring that touches the cavity.
LeftOutlines outlines_of_masks(const Mask& cavity, const Mask& ring);

}  // namespace heartlab
