#pragma once

#include <cstdint>

#include "heartlab/image/raster.h"

namespace heartlab {

// How far each pixel of a label (class indices, 255 = ignored) lies from the structure's edge, as a
// share of the raster's side: of the background to the nearest pixel of the structure, of the
// structure to the nearest of the background and negative, half a pixel less than between their
// centres. 0 for ignored pixels, and everywhere where one of the classes is nowhere: there is no
// edge then.
Image signed_distance(const Raster<std::uint8_t>& label);

}  // namespace heartlab
