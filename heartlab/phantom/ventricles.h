#pragma once

#include "heartlab/phantom/scar.h"
#include "heartlab/phantom/thorax.h"

namespace heartlab {

// Signals in the heart, blood = 1.
struct HeartContrast {
  double myocardium = 0.33;
  double right_blood = 0.95;
  double left_blood = 1;
  double scar = 1;
};

// Paints both ventricles with their fat, papillary muscles and trabeculae, and the scar where there
// is one. The same `generator` gives the same details in every phase of a slice.
void paint_ventricles(Canvas& canvas, const HeartParameters& heart, const ThoraxParameters& thorax,
                      const HeartContrast& contrast, const std::optional<Scar>& scar, double depth,
                      double contraction, Generator generator);

}  // namespace heartlab
