#pragma once

#include <string>

#include "heartlab/prepare/pairing.h"

namespace heartlab {

struct ClassOptions {
  std::string target = "myocardium";
  Preparation preparation;
  int offset_x = 0, offset_y = 0;  // whole pixels of the source, added to label coordinates
  int partial_offset_x = 0, partial_offset_y = 0;  // the same of partial labels
  double partial_wall = 3, partial_margin = 30;    // mm
};

// One of the label's contours, moved by the offset, in the image's pixels. An Error names the label
// where its image size is another, or the contour leaves the image by a pixel or more (coordinates,
// image size) or crosses itself; a smaller overhang is cut off.
Contour fitted_contour(const Contour& contour, const Label& label, const SourceImage& image,
                       int offset_x, int offset_y);

// An Error that names the label where the endocardium, of an image in its pixels, is larger than
// the epicardium or lies for the most part outside of it.
void check_nested(const Contour& endocardium, const Contour& epicardium, const Label& label,
                  const SourceImage& image);

// The class indices of an image on the square: contours are rasterised there, after the same map
// as the image; masks go through it. What is padded is kIgnoredClass. An Error as
// of fitted_contour(), also where a mask has another size than its image.
//
// Of a partial label: up to the wall's distance around the endocardium is myocardium, inside it and
// further away than the margin is background; in between the myocardium ends somewhere, so nothing
// is judged. Where the spacing is unknown the image's longer side counts as kUnknownSide
// millimetres. An Error where the endocardium is empty.
inline constexpr double kUnknownSide = 300;
Raster<std::uint8_t> classes_of(const LabelledImage& pair, const ClassOptions& options);

}  // namespace heartlab
