#pragma once

#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "heartlab/measure/layout.h"

namespace heartlab {

// To three decimals, as every result is written.
inline double rounded(double value) { return std::round(value * 1000) / 1000; }

// A quantity, or why there is none.
struct Measured {
  std::optional<double> value;
  std::string refused;  // empty where there is a value
};

inline constexpr double kMyocardialDensity = 1.05;  // grams a millilitre

struct VolumeOptions {
  int end_diastole = -1, end_systole = -1;  // phases; -1 = found by the cavity's volume
  bool fill_gaps = false;                   // bridge slices that are missing or not drawn
  double heart_rate = 0;                    // beats a minute; 0 = unknown
};

struct PhaseVolume {
  int slices = 0;   // on which the cavity is drawn
  Measured cavity;  // millilitres
  Measured muscle;  // millilitres, between both borders
};

// What a stack says about the left ventricle as a whole.
struct Volumes {
  std::vector<PhaseVolume> phases;
  int end_diastole = -1, end_systole = -1;  // phases; -1 = not known
  // Millilitres, per cent, grams, beats a minute, litres a minute.
  Measured end_diastolic, end_systolic, stroke, ejection_fraction, mass, heart_rate, cardiac_output;
  std::vector<std::string> remarks;
};

// The heights, in millimetres, of the discs for which these slices (in their order) stand.
std::vector<double> disc_heights(const StackLayout& layout, const std::vector<std::size_t>& drawn);

// Summation of discs (Simpson's rule as cardiologists use it): each slice's area times the half
// distances to the neighbouring drawn slices on both sides; beyond the first and the last drawn
// slice half the stack's spacing counts. End diastole and end systole are the phases of the largest
// and the smallest cavity among those that have a volume. A phase has none, with the reason, where
// an image that other phases draw on is missing, where between drawn slices one is missing or not
// drawn (unless `fill_gaps`: then the area there is what lies on the line between its neighbours'),
// or where fewer than half as many slices are drawn as in the phase with most. The mass is that of
// the muscle at end diastole, papillary muscles belonging to what they were drawn with. An Error
// (kUsage) where a forced phase does not exist.
Volumes volumes_of(const std::vector<StackImage>& images, const StackLayout& layout,
                   const VolumeOptions& options);

}  // namespace heartlab
