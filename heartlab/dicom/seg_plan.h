#pragma once

#include <cstdint>
#include <vector>

#include "heartlab/dicom/source_series.h"

namespace heartlab {

// A frame of a SEG that is written.
struct PlannedFrame {
  std::size_t segment = 0, source = 0;  // 0-based: structure, and frame of the series
  std::uint32_t slice = 1, phase = 1;   // dimension index values
};

struct SegPlan {
  std::vector<PlannedFrame> frames;  // by segment, then in the order of the series
  bool in_time = false;              // slices of the series have several phases
};

// Which frames are written, and their index values, which run from 1 without gaps over those
// (PS3.3 C.7.6.17.1). An Error (kInternal) where masks and series do not fit.
SegPlan plan_seg(const std::vector<SourceFrame>& series,
                 const std::vector<DrawnStructure>& structures);

}  // namespace heartlab
