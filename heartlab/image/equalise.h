#pragma once

#include "heartlab/image/raster.h"

namespace heartlab {

// Contrast limited adaptive histogram equalisation (Zuiderveld, Graphics Gems IV, 1994): 8 x 8
// tiles, each with a map from its histogram, of which nothing rises above `clip` times the mean;
// between the tiles' centres the maps are mixed bilinearly. clip >= 1; 1 = hardly any contrast
// added.
GreyImage equalised(const GreyImage& image, double clip);

}  // namespace heartlab
