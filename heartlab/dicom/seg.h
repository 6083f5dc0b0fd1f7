#pragma once

#include <string>
#include <vector>

#include "heartlab/dicom/source_series.h"

namespace heartlab {

enum class SegKind {
  kBinary,       // a pixel other than 0 belongs to the structure
  kProbability,  // FRACTIONAL, PROBABILITY: 255 = certain
};

// Writes the Segmentation IOD (PS3.3 A.51), atomically, for one series: the frames of one group of
// group_by_series(), in its order. It stands in the source's study, patient and frame of
// reference, has one segment a structure and refers to every source instance. Frames on which a
// segment has nothing are left out, but a segment that is empty everywhere keeps its first.
// UIDs follow from the source's, the algorithm and the pixels, dates from the source's: the same
// work gives the same bytes. An Error where the series is not one, or its header cannot be read.
DerivedObject write_seg(const Path& file, const std::vector<SourceFrame>& series,
                        const std::vector<DrawnStructure>& structures, SegKind kind);

// A segment of a SEG that was read.
struct SegSegment {
  int number = 0;
  std::string label;
  std::string type_code;  // of its Segmented Property Type: "49848007"
};

// A frame of a SEG that was read.
struct SegFrame {
  std::size_t segment = 0;  // in Seg::segments
  Geometry geometry;
  std::string source_uid;  // SOP instance that it was drawn on; empty = not stated
  int source_frame = 0;    // 0-based
  Patch values;            // of a binary SEG 0 and 1, of a fractional one 0 to Seg::maximum
};

struct Seg {
  std::string study_uid, series_uid, sop_instance_uid, frame_of_reference_uid;
  SegKind kind = SegKind::kBinary;  // or fractional of either kind
  int maximum = 1;                  // the value that stands for certainty
  std::vector<SegSegment> segments;
  std::vector<SegFrame> frames;  // as they stand in the file
};

// Reads an uncompressed SEG of anybody's. An Error where the file is not one, is truncated, or its
// parts contradict each other.
Seg read_seg(const Path& file);

}  // namespace heartlab
