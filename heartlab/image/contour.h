#pragma once

#include <vector>

#include "heartlab/image/raster.h"

namespace heartlab {

// In pixels; (0, 0) is the centre of the first pixel, x runs along columns, y along rows.
struct Point {
  double x = 0;
  double y = 0;
  bool operator==(const Point&) const = default;
};

// A polygon, closed implicitly from the last point to the first.
struct Contour {
  std::vector<Point> points;
};

// Area in square pixels (shoelace formula): the signed one is positive where the polygon runs
// clockwise on the screen, as trace() draws holes.
double area(const Contour& contour);
double signed_area(const Contour& contour);
// Pixels along the polygon, its last side included.
double length(const Contour& contour);

// The inside of the polygon as a mask of 0 and 1: a pixel belongs to it where its centre lies
// inside (even-odd rule). A centre on the border itself belongs to the mask, save on a level border
// with the inside below it: contours drawn on a half-pixel grid have many such centres, and the
// masks of the Sunnybrook PNG set were made so. Parts outside the raster are cut off. Fewer than 3
// points give an empty mask; a coordinate that is not a finite number is an Error.
Mask rasterise(const Contour& contour, int rows, int columns);

// The same for several polygons at once, even-odd over all: a polygon in another is a hole.
Mask rasterise(const std::vector<Contour>& contours, int rows, int columns);

// The outer and inner borders of every 4-connected piece of the mask, as polygons through the
// pixel edges midway between a set and an unset pixel (marching squares at 0.5), outer borders
// counter-clockwise as seen on the screen, holes clockwise, longest first. Rasterising them
// (even-odd over all) gives the mask back.
std::vector<Contour> trace(const Mask& mask);

}  // namespace heartlab
