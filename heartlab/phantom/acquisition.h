#pragma once

#include <array>

#include "heartlab/core/random.h"
#include "heartlab/phantom/canvas.h"

namespace heartlab {

enum class FieldOfView { kFull, kCircle, kBarrel };
const char* name_of(FieldOfView shape);

// How one patient's scanner turns signals into grey values.
struct AcquisitionParameters {
  double blood_level = 600;       // grey value of blood where the bias field is 1
  double noise = 0.02;            // standard deviation per channel, blood = 1
  double coil_gain = 1;           // added at the coil in front of the chest
  double coil_reach = 70;         // millimetres
  Point coil;                     // millimetres in the heart's frame
  std::array<double, 3> slope{};  // of the smooth bias: along x, along y, quadratic; per field
  FieldOfView field_of_view = FieldOfView::kFull;
  double field_radius = 0.45;  // share of the picture's side
};

// Signals to grey values: point spread, multiplicative bias field (1 at the heart), field of view,
// Rician noise. Whole numbers, 0 outside the field of view.
Image acquire(const Image& signal, const AcquisitionParameters& acquisition, const Pose& pose,
              Generator& generator);

}  // namespace heartlab
