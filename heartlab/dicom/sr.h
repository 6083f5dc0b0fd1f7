#pragma once

#include <optional>
#include <string>
#include <vector>

#include "heartlab/dicom/source_series.h"
#include "heartlab/dicom/structure_codes.h"

namespace heartlab {

// A number in a report (PS3.16 TID 300).
struct SrNumber {
  Code name;
  double value = 0;
  Code unit;                        // UCUM
  std::optional<Code> cycle_point;  // end diastole, end systole
};

// A segment of a DICOM SEG that a group of numbers was measured on.
struct SrSegment {
  DerivedObject seg;
  int number = 1;  // its Segment Number
};

// Numbers about one thing (TID 1501; TID 1411 with the segment they were measured on).
struct SrGroup {
  std::string tracking;  // what the group is called: "Left ventricle"
  Code finding_site;
  std::vector<SrNumber> numbers;
  std::optional<SrSegment> segment;
};

struct SrReport {
  std::vector<SrGroup> groups;
  std::vector<std::string> comments;  // what a reader of the numbers must know
};

// Writes a Comprehensive SR (PS3.3 A.35.3) with an Imaging Measurement Report (PS3.16 TID 1500),
// atomically: in the study of the frames, with every source instance in its image library and in
// its evidence, beside the SEGs of the groups. The frames may be of several series of one study.
// UIDs follow from the source's and the content, dates from the source's: the same work gives the
// same bytes. What of the source is against the standard is mended as in write_seg(). An Error
// where the frames are of several studies, or the header of the first file cannot be read.
DerivedObject write_sr(const Path& file, const std::vector<SourceFrame>& frames,
                       const SrReport& report, const Algorithm& algorithm);

}  // namespace heartlab
