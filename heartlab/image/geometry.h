#pragma once

#include <array>

namespace heartlab {

// Millimetres between pixel centres: `row` from one row to the next (y), `column` from one column
// to the next (x), in the order of DICOM Pixel Spacing (0028,0030). 0 = unknown.
struct PixelSpacing {
  double row = 0;
  double column = 0;
  bool known() const { return row > 0 && column > 0; }
  bool operator==(const PixelSpacing&) const = default;
};

// Where a slice lies in the patient (DICOM PS3.3 C.7.6.2): millimetres, LPS.
struct Geometry {
  PixelSpacing spacing;
  std::array<double, 3> position{};                 // centre of the first pixel
  std::array<double, 3> row_direction{1, 0, 0};     // unit vector along a row (x)
  std::array<double, 3> column_direction{0, 1, 0};  // unit vector down a column (y)
  double slice_thickness = 0;                       // 0 = unknown
  bool in_patient = false;                          // false: position and directions are unknown

  // row_direction x column_direction, along which slices are ordered.
  std::array<double, 3> normal() const;
  // position . normal, in millimetres.
  double distance_along_normal() const;
};

}  // namespace heartlab
