#pragma once

#include <array>
#include <optional>

#include "heartlab/core/random.h"
#include "heartlab/phantom/shape.h"

namespace heartlab {

enum class HeartKind { kNormal, kHypertrophic, kDilated };
const char* name_of(HeartKind kind);

// One synthetic heart at end diastole. Lengths in millimetres, angles in radians. Its frame has the
// left ventricle's centre at the base as origin, x to the right of the picture, y down.
struct HeartParameters {
  HeartKind kind = HeartKind::kNormal;
  double long_axis = 90;           // base to apex
  double cavity_radius = 25;       // mean, where the cavity is widest
  double wall_thickness = 9;       // mean, at the base
  double septal_excess = 0.1;      // share by which the septum is thicker than the mean wall
  double ejection_fraction = 0.6;  // aimed at; truth.json holds what came out
  double heart_rate = 70;          // beats a minute
  double septum_angle = 3.1;       // from the left ventricle's centre to the right ventricle
  double right_radius = 24;        // of the right ventricle, from its centre to the free wall
  std::array<double, 3> cavity_harmonics{};  // k = 2..4, shares of the radius
  std::array<double, 3> harmonic_angles{};
  Point apex_shift;  // of the apex against the base
};

HeartParameters draw_heart(HeartKind kind, Generator& generator);

struct LeftVentricle {
  FourierShape endocardium;  // around the cavity, papillary muscles included
  FourierShape epicardium;
};

// The left ventricle at `depth` (0 = base, 1 = apex, where nothing is left) and `contraction`
// (0 = end diastole, 1 = end systole). The wall's thickness along every radius is positive.
LeftVentricle left_ventricle(const HeartParameters& heart, double depth, double contraction);

// The cavity of the right ventricle, which the left one overlaps; nothing near the apex.
std::optional<FourierShape> right_ventricle(const HeartParameters& heart, double depth,
                                            double contraction);

}  // namespace heartlab
