#pragma once

#include "heartlab/image/raster.h"

namespace heartlab {

// Whether this build has N4 (CMake option HEARTLAB_N4, which needs ITK).
bool has_bias_correction();

// The image without its bias field, the slow change of brightness that coils make (N4: Tustison et
// al., IEEE TMI 29:1310, 2010; the field of the pixels above half of Otsu's threshold, found on at
// most 128 pixels a side). Values are taken from their minimum upwards, and come back so: 0 is the
// darkest. All must be finite. An Error (kUnsupported) in a build without it.
Image bias_corrected(const Image& image);

}  // namespace heartlab
