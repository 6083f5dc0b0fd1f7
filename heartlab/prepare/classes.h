#pragma once

#include <string>

#include "heartlab/prepare/pairing.h"

namespace heartlab {

struct ClassOptions {
  std::string target = "myocardium";
  int size = 513;
  int offset_x = 0, offset_y = 0;  // whole pixels of the source, added to label coordinates
};

// The class indices of an image on the square: contours are rasterised there, after the same map
// as the image; masks go through it. What is padded is kIgnoredClass. An Error names the label
// where its image size is another, or a contour leaves the image by a pixel or more (coordinates,
// image size); a smaller overhang is cut off.
Raster<std::uint8_t> classes_of(const LabelledImage& pair, const ClassOptions& options);

}  // namespace heartlab
