#pragma once

#include <functional>
#include <string>

#include "heartlab/core/files.h"
#include "heartlab/image/geometry.h"
#include "heartlab/image/raster.h"

namespace heartlab {

// A volume of bytes as a NIfTI-1 file; of several phases a 4-D one.
struct NiftiVolume {
  int rows = 0, columns = 0, slices = 1, phases = 1;
  Geometry first;                      // of slice 0, in the patient
  std::array<double, 3> slice_step{};  // millimetres from slice to slice (LPS)
  double phase_step = 0;               // milliseconds from phase to phase; 0 = unknown
  double scale = 1;                    // a byte times this is the value
  std::string description;             // at most 79 characters are kept
};

// Writes `file` (.nii.gz), atomically, always the same bytes for the same input. i runs along
// columns, j along rows, k along slices; the affine maps to RAS (NIfTI-1: +x right, +y front, +z
// head), as sform and as qform, both of code 1 (scanner). `slice_of` gives the pixels of a slice
// (0-based slice, phase), which are asked for once, in the file's order.
void write_nifti(const Path& file, const NiftiVolume& volume,
                 const std::function<Raster<std::uint8_t>(int slice, int phase)>& slice_of);

}  // namespace heartlab
