#pragma once

#include "heartlab/image/raster.h"
#include "heartlab/measure/measure.h"

namespace heartlab {

// The cavity's (and where known the myocardium's) volume against time, end diastole and end systole
// marked. Empty where no phase has a volume.
ColourImage volume_curve(const StackMeasurements& measurements);

// Bull's eyes of the wall's thickness at end diastole and at end systole, in millimetres, apex in
// the middle, anterior above and septum on the left. Empty where there are no segments.
ColourImage thickness_picture(const WallThickness& walls);

// The slices of a late enhancement stack, cut to the heart: the muscle's borders green, what is
// enhanced by half maximum orange. `greys`: the images of its slices.
ColourImage enhancement_picture(const Enhancement& enhancement,
                                const std::vector<GreyImage>& greys);
// Its share of each segment; empty where there are no segments.
ColourImage enhancement_eye(const Enhancement& enhancement);

// One bull's eye: segments that have no value stay grey.
struct BullsEye {
  std::string title;
  std::array<std::optional<double>, kSegments> values;
};

// Several beside each other over one scale from `low` to `high` of the unit, in `digits` decimals.
struct BullsEyeScale {
  std::string title, unit;
  double low = 0, high = 1;
  int digits = 1;
};
ColourImage bulls_eyes(const std::vector<BullsEye>& eyes, const BullsEyeScale& scale);

}  // namespace heartlab
