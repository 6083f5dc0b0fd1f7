#pragma once

#include <string>
#include <vector>

#include "heartlab/image/geometry.h"
#include "heartlab/measure/outline.h"

namespace heartlab {

// One image of a short-axis stack and what was drawn on it.
struct StackImage {
  std::string name;  // for remarks: its file
  Geometry geometry;
  double trigger_time = -1;  // milliseconds after the R wave, -1 = unknown
  int instance_number = -1;  // -1 = unknown
  LeftOutlines drawn;
  int rows = 0, columns = 0;  // 0 = unknown
};

// A stack's images by slice and phase. Both are counted from 0 here and from 1 in every text.
// Slices lie in the order of their position along the normal (PS3.3 C.7.6.2), phases in that of
// their trigger time.
struct StackLayout {
  std::vector<double> positions;  // of each slice, millimetres along the normal from the first
  double spacing = 0;             // median distance of neighbouring slices; 0 = one slice alone
  std::vector<bool> gap_after;    // of each slice: one is missing between it and the next
  std::vector<double> times;      // of each phase, milliseconds, median over slices; -1 = unknown
  std::vector<std::vector<int>> images;  // [slice][phase]: index of the image; -1 = missing
  std::vector<std::string> remarks;      // what is odd, each with its slice or phase
  std::string refused;                   // why there is no layout; empty where there is one

  int slices() const { return static_cast<int>(positions.size()); }
  int phases() const { return static_cast<int>(times.size()); }
};

// Sorts the images of one stack, in any order, into slices and phases. Named in `remarks`: slices
// that are missing (a distance above 1.5 times the median), doubled (below a quarter of it) or
// unevenly spaced (5 % off); phases that a slice lacks or has twice (of two images the one that is
// drawn on counts, then the one of the higher InstanceNumber); trigger times that are absent or the
// same in every phase of a slice, for which the order of InstanceNumber stands in. Refused: images
// without position or pixel spacing, planes that are not parallel within 1 degree, slices of
// unequal numbers of images without trigger times.
StackLayout lay_out(const std::vector<StackImage>& images);

}  // namespace heartlab
