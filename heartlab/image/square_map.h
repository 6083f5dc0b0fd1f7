#pragma once

#include <vector>

#include "heartlab/image/contour.h"
#include "heartlab/image/geometry.h"
#include "heartlab/image/raster.h"

namespace heartlab {

// The one map between an image of rows x columns and the network's square of size x size, with
// half-pixel centres: x' = (x + pad + 0.5) scale - 0.5. Images, contours, masks and logits all go
// through it.
class SquareMap {
 public:
  // The whole image: the shorter side is padded evenly (never stretched), then the square is
  // scaled.
  SquareMap(int rows, int columns, int size);
  // Pixels of `target` mm, whatever the image's are, around its middle: what lies beyond the square
  // is cut off, what the square has beyond the image is padded. Both above 0.
  SquareMap(int rows, int columns, int size, PixelSpacing spacing, double target);

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
  // bilinear, edges held; pixels that the square does not hold take `beyond`.
  Image to_source(const Image& square, float beyond = 0) const;
  // Whether the centre of the square's pixel lies on the source: else it is padding.
  bool holds(int row, int column) const { return y_.holds(row) && x_.holds(column); }
  // Pixels of the source that one of the square is long.
  PixelSpacing source_pixels() const { return {1 / y_.scale, 1 / x_.scale}; }

 private:
  // One direction.
  struct Axis {
    int extent = 0;       // pixels of the source
    int pad = 0;          // and pixels of padding before them, negative where they are cut
    double fraction = 0;  // and a fraction of a pixel
    int last = 0;         // of the padded pixels that there are: 0 to last
    int first = 0;
    double scale = 1;

    double to_square(double source) const { return (source + pad + fraction + 0.5) * scale - 0.5; }
    double to_source(double square) const { return (square + 0.5) / scale - 0.5 - fraction - pad; }
    bool holds(int square) const {
      const double at = to_source(square);
      return at >= -0.5 && at <= extent - 0.5;
    }
  };
  struct Tap;
  static Axis around_the_middle(int extent, int size, double scale);
  static Tap make_tap(int target, const Axis& axis);
  static std::vector<Tap> make_taps(int size, const Axis& axis);

  int size_;
  Axis x_, y_;
};

}  // namespace heartlab
