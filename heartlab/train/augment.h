#pragma once

#include "heartlab/core/random.h"
#include "heartlab/image/raster.h"
#include "heartlab/train/options.h"

namespace heartlab {

struct Example {
  GreyImage image;
  Raster<std::uint8_t> label;  // class indices; 255 = ignored
};

// One random view of an image, `crop` x `crop` (0: as large as the image): flips, rotation, zoom
// and the crop are one affine map after an elastic one (train/elastic.h), taken bilinearly for the
// image and by the nearest pixel for the label; what it draws from outside the image is 0 and
// ignored. Then the artefacts of train/artefacts.h: motion (of an eighth of k-space's lines),
// ghosting (period 2 to 4) and blur; then contrast, brightness, gamma, bias field and noise. What
// is off changes nothing, nor what the others draw.
Example augment(const Example& source, const TrainOptions& options, int crop, Generator& generator);

}  // namespace heartlab
