#pragma once

#include <vector>

#include "heartlab/image/contour.h"
#include "heartlab/image/raster.h"

namespace heartlab {

// The one map between an image of rows x columns and the network's square of size x size: the
// shorter side is padded evenly (never stretched), then the square is scaled, with half-pixel
// centres: x' = (x + pad + 0.5) size / side - 0.5. Images, contours, masks and logits all go
// through it.
class SquareMap {
 public:
  SquareMap(int rows, int columns, int size);

  int size() const { return size_; }
  Point to_square(Point source) const;
  Point to_source(Point square) const;
  Contour to_square(const Contour& source) const;

  // Bilinear, with a filter as wide as a source pixel's share where the image shrinks; what is
  // padded takes `fill`.
  Image to_square(const Image& source, float fill) const;
  // By the nearest of the two values after bilinear interpolation (threshold one half), so that
  // an enlarged mask has smooth borders.
  Mask to_square(const Mask& source) const;
  // A plane of size x size (logits, probabilities) at the centres of the source's pixels,
  // bilinear, edges held.
  Image to_source(const Image& square) const;

 private:
  int rows_, columns_, size_;
  int pad_x_, pad_y_;  // pixels of padding left and above, in the source's pixels
  double scale_;       // size / side
};

}  // namespace heartlab
