#pragma once

#include <string>
#include <tuple>
#include <vector>

#include "heartlab/dicom/reader.h"
#include "heartlab/image/patch.h"

namespace heartlab {

// A frame of a source image, as the objects that are derived from it refer to it.
struct SourceFrame {
  FramePlace place;  // its file is read again for the patient's and the study's attributes
  std::string sop_class_uid, sop_instance_uid;
  std::string frame_of_reference_uid;  // empty = the file states none
  int series_number = -1;              // -1 = absent
  int frames = 1;                      // in its file
  int rows = 0, columns = 0;
  bool lossy = false;  // compressed with loss at some time (0028,2110)
};

SourceFrame source_of(const DicomFrame& frame);

// What one derived object can hold the whole of: patient, study, series, rows, columns.
using SeriesKey = std::tuple<std::string, std::string, std::string, int, int>;
SeriesKey key_of(const SourceFrame& frame);

// The frames that one derived object can hold, as indices in geometric order: those of one study,
// series and size.
std::vector<std::vector<std::size_t>> group_by_series(const std::vector<SourceFrame>& frames);

// The frames of the first one's series: the source of a header that is about several. An Error
// where they are of several studies.
std::vector<SourceFrame> first_series(const std::vector<SourceFrame>& frames);

// Where a frame stands in its series.
struct SeriesSlot {
  int slice = 0;  // from the lowest position along the normal up; without positions in their order
  int phase = 0;  // in time, among the frames of its slice
};

// Of frames in geometric order.
std::vector<SeriesSlot> slots_of(const std::vector<SourceFrame>& series);

// Whether every frame states its place in the patient and its spacing.
bool is_placed(const std::vector<SourceFrame>& series);

// Millimetres from slice to slice where all are equally far apart (to 0.01 mm) and parallel; 0
// where they are not, or where there is one slice only.
double slice_distance(const std::vector<SourceFrame>& series, const std::vector<SeriesSlot>& slots);

// Who drew: what the program and the model file say of themselves.
struct Algorithm {
  std::string name = "HeartLab";
  std::string version;       // of the program
  std::string model;         // the model file's name
  std::string model_sha256;  // of its bytes
};

// A structure as it was drawn on a series.
struct DrawnStructure {
  std::string structure;  // "cavity", "myocardium": codes_of() names it
  Algorithm algorithm;
  std::vector<Patch> frames;  // one a frame of the series, in its order and size
};

// An object that was written, as another one (a DICOM SR) refers to it.
struct DerivedObject {
  std::string study_uid, series_uid, sop_class_uid, sop_instance_uid;
  Path file;
  // What the source says against the standard and was left out or replaced: "StudyDate (0008,0020)
  // is not valid and is left empty".
  std::vector<std::string> mended;
};

}  // namespace heartlab
