#pragma once

#include <cstdint>
#include <string>

#include "heartlab/core/files.h"
#include "heartlab/image/geometry.h"
#include "heartlab/image/raster.h"

namespace heartlab {

// What a single-frame MR image says about itself beside its pixels. Its study is of one and the
// same day whenever it is written: the same description gives the same bytes.
struct MrImage {
  std::string patient_id;
  std::string study_uid, series_uid, sop_instance_uid, frame_of_reference_uid;
  std::string series_description;
  int series_number = 1;
  int instance_number = 1;
  double trigger_time = 0;            // milliseconds after the R wave
  double repetition_interval = 0;     // R to R in milliseconds; 0 = unknown
  double spacing_between_slices = 0;  // millimetres, centre to centre; 0 = unknown
  Geometry geometry;
  Image image;                                 // whole numbers of 16 bits after rounding
  bool is_signed = false;                      // PixelRepresentation 1, as some scanners write
  double window_centre = 0, window_width = 0;  // width 0 = none
};

// A UID under 2.25 (PS3.5 B.2) that depends on nothing but the seed and the name.
std::string make_uid(std::uint64_t seed, const std::string& name);

// The MR Image IOD (PS3.3 A.4) as a file, explicit VR little endian, marked as a phantom by Quality
// Control Image (0028,0300). Written atomically. An Error where a pixel does not fit 16 bits.
void write_dicom(const Path& file, const MrImage& mr);

}  // namespace heartlab
