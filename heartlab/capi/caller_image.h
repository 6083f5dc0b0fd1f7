#pragma once

#include "heartlab/capi/heartlab.h"
#include "heartlab/image/raster.h"

namespace heartlab {

// The pixels of a caller's image. An Error (kUsage) where a field is out of its range; kBadInput
// where a pixel, which is named, is not finite.
Image read_image(const heartlab_image& image);

}  // namespace heartlab
