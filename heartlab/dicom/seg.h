#pragma once

#include <string>
#include <vector>

#include "heartlab/dicom/source_series.h"
#include "heartlab/image/patch.h"

namespace heartlab {

enum class SegKind {
  kBinary,       // a pixel other than 0 belongs to the structure
  kProbability,  // FRACTIONAL, PROBABILITY: 255 = certain
};

// A structure as it was drawn on a series: one segment of a DICOM SEG.
struct SegStructure {
  std::string structure;  // "cavity", "myocardium": codes_of() names it
  Algorithm algorithm;
  std::vector<Patch> frames;  // one a frame of the series, in its order and size
};

// Writes the Segmentation IOD (PS3.3 A.51), atomically, for one series: the frames of one group of
// group_by_series(), in its order. It stands in the source's study, patient and frame of
// reference, has one segment a structure and refers to every source instance. Frames on which a
// segment has nothing are left out, but a segment that is empty everywhere keeps its first.
// UIDs follow from the source's, the algorithm and the pixels, dates from the source's: the same
// work gives the same bytes. An Error where the series is not one, or its header cannot be read.
DerivedObject write_seg(const Path& file, const std::vector<SourceFrame>& series,
                        const std::vector<SegStructure>& structures, SegKind kind);

}  // namespace heartlab
