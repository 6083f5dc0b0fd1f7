#pragma once

#include <vector>

#include "heartlab/core/random.h"
#include "heartlab/image/contour.h"
#include "heartlab/image/raster.h"

namespace heartlab {

// Where the heart's frame (millimetres) lies in the picture (pixels).
struct Pose {
  double spacing = 1.37;  // millimetres a pixel
  Point origin;           // of the heart's frame, in pixels
  double rotation = 0;    // radians

  Point to_pixel(Point millimetres) const;
  Contour to_pixel(const Contour& millimetres) const;
};

struct Tissue {
  float signal = 0;   // blood = 1
  float texture = 0;  // standard deviation as a share of the signal
};

// A picture painted layer upon layer on a grid finer than the pixels, so that pixels on a border
// hold the mean of what they cover (partial volume).
class Canvas {
 public:
  // `texture` has a standard deviation of about 1 and gives the picture its size.
  Canvas(const Pose& pose, Image texture);

  // Paints the inside of a contour in millimetres, where the clip allows.
  void paint(const Contour& contour, Tissue tissue);
  // From here on only what lies inside every one of these is painted; none = everywhere.
  void clip_to(const std::vector<Contour>& contours);

  Image downsampled() const;

 private:
  Pose pose_;
  Image texture_;
  Image fine_;
  Mask clip_;  // empty = everywhere
};

// Smooth noise of three sizes of grain, with a standard deviation of about 1.
Image tissue_texture(int size, double spacing, Generator& generator);

}  // namespace heartlab
