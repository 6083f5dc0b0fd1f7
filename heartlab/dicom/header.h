#pragma once

#include <optional>
#include <string>

#include "heartlab/core/files.h"

namespace heartlab {

// Where the images of a DICOM file belong. As DicomFrame says it, but without the pixels.
struct DicomHeader {
  std::string patient_id, study_uid, series_uid;  // empty = absent
  int series_number = -1;                         // -1 = absent
  int rows = 0, columns = 0;                      // 0 = absent
  int frames = 1;                                 // 1 too where it states what it cannot hold
};

// Reads a file up to its pixel data (7FE0,0010). Nothing where it is not DICOM, or does not parse
// so far.
std::optional<DicomHeader> read_dicom_header(const Path& file);

}  // namespace heartlab
