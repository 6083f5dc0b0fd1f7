#pragma once

#include <optional>
#include <string>
#include <vector>

#include "heartlab/image/geometry.h"
#include "heartlab/image/raster.h"

namespace heartlab {

// A physician's contour, and how the drawn one lies to it, both as filled areas.
struct ChallengeContour {
  std::optional<double> distance_mm;  // mean from the drawn border to the physician's; none drawn
  double dice = 0;
};

// The contours that bound a structure of the truth: the border of the cavity; of the myocardium the
// outer one (epicardium), and the inner one (endocardium) where its ring is closed.
std::vector<ChallengeContour> challenge_contours(const std::string& target, const Mask& truth,
                                                 const Mask& prediction, PixelSpacing spacing);

// The score of the 2009 Cardiac MR Left Ventricle Segmentation Challenge (Radau et al., MIDAS
// Journal 2009): contours whose mean distance from the physician's is below 5 mm are good, and
// distance and Dice are means over the good ones alone. The distance is the shortest one, where the
// challenge took the one along the contour's normal. NaN = undefined.
struct ChallengeFigures {
  static constexpr double kGood = 5;  // mm
  int contours = 0;                   // of the physician, missed ones too
  int good = 0;
  double distance_mm = 0, dice = 0;
};

ChallengeFigures challenge_figures(const std::vector<ChallengeContour>& contours);

}  // namespace heartlab
