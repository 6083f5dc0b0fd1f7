#pragma once

#include <string>
#include <vector>

#include "heartlab/image/contour.h"
#include "heartlab/image/raster.h"

namespace heartlab {

// Draws smooth lines, areas and letters on a picture; coordinates in pixels, (0, 0) is the centre
// of the first one. What lies outside the picture is cut off.
class Painter {
 public:
  enum class Anchor { kStart, kMiddle, kEnd };

  // The picture must outlive the painter.
  explicit Painter(ColourImage& picture) : picture_(picture) {}

  // The insides of the polygons (even-odd).
  void fill(const std::vector<Contour>& shapes, Colour colour);
  // Lines from point to point with round ends, as one shape: crossings do not add up.
  void lines(const std::vector<std::vector<Point>>& lines, Colour colour, double width);
  // ASCII with its base line's start, middle or end at `at`; `height` of a capital in pixels.
  void text(Point at, const std::string& text, Colour colour, double height, Anchor anchor);

 private:
  void paint(const Image& cover, Colour colour);

  ColourImage& picture_;
};

// A step of 1, 2 or 5 times a power of ten that cuts `range` into about `count` parts.
double tick_step(double range, int count);

}  // namespace heartlab
