#pragma once

#include <functional>
#include <string>
#include <vector>

#include "heartlab/core/files.h"
#include "heartlab/image/geometry.h"
#include "heartlab/image/raster.h"

namespace heartlab {

// One frame of a DICOM image.
struct DicomFrame {
  Path file;
  int frame = 0;   // 0-based
  int frames = 1;  // in the file
  std::string patient_id;
  std::string study_uid, series_uid, sop_class_uid, sop_instance_uid;
  std::string frame_of_reference_uid;            // empty = absent
  bool lossy = false;                            // compressed with loss at some time (0028,2110)
  int series_number = -1, instance_number = -1;  // -1 = absent
  double trigger_time = -1;                      // milliseconds, -1 = absent
  double heart_interval = 0;                     // R to R in milliseconds, 0 = absent
  Geometry geometry;
  // Rescaled values (Modality LUT); MONOCHROME1 is turned so that larger is brighter. Padding
  // (0028,0120 and 0028,0121) has the smallest of the other values.
  Image image;
  // Window of the file (0028,1050 and 0028,1051) for the values above; width 0 = absent.
  double window_centre = 0, window_width = 0;
  // What is not conformant but was accepted: "SOPInstanceUID has a component with a leading zero".
  std::vector<std::string> remarks;
};

// True where the file is DICOM by its preamble or parses as a data set without one.
bool looks_like_dicom(const Path& file);

// All frames of one file. Decodes uncompressed, RLE, JPEG lossless, JPEG-LS, deflate, big endian.
// An Error where it is not DICOM, has no pixels, is truncated or of a kind not handled (colour,
// float pixels, JPEG 2000).
std::vector<DicomFrame> read_dicom(const Path& file);

// What the place of a frame among others is made of.
struct FramePlace {
  std::string patient, study, series;
  Geometry geometry;
  double trigger_time = -1;
  int instance_number = -1;
  int frame = 0;
  Path file;
};

FramePlace place_of(const DicomFrame& frame);

// The indices of `places` in geometric order: by patient, study, series, position along the normal
// (PS3.3 C.7.6.2), trigger time, instance number, frame, path; never by file name first.
std::vector<std::size_t> geometric_order(const std::vector<FramePlace>& places);

inline constexpr double kParallel = 0.99985;  // cosine of 1 degree: less is not parallel

// The slice of each frame within its series, numbered from the lowest position up, one direction of
// planes after the other; parallel frames that are less than 0.05 mm apart are one slice at several
// times.
std::vector<int> slice_numbers(const std::vector<FramePlace>& places);

}  // namespace heartlab
