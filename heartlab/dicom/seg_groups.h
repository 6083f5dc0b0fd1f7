#pragma once

#include "heartlab/dicom/data_set_writer.h"
#include "heartlab/dicom/seg_plan.h"

namespace heartlab {

// The functional groups and dimensions of a SEG (PS3.3 A.51.5, C.7.6.16, C.7.6.17): what all frames
// share, and what tells each from the others.
class SegGroups {
 public:
  // `series` must outlive it. Without places the frames are a stack that refers to its source pixel
  // by pixel.
  SegGroups(const std::vector<SourceFrame>& series, const SegPlan& plan, std::size_t segments);

  // `seed`: of the organisation's UID, with the frames that are written.
  void put_dimensions(DataSetWriter& out, const std::string& seed) const;
  void put_shared(DataSetWriter& out) const;
  void put_frame(DataSetWriter& out, const PlannedFrame& frame) const;

 private:
  void put_measures(DataSetWriter& groups, const Geometry& geometry) const;
  void put_content(DataSetWriter& groups, const PlannedFrame& frame) const;

  const std::vector<SourceFrame>& series_;
  const SegPlan& plan_;
  bool one_segment_;
  bool placed_;
  double distance_;                                   // of slices; 0 = unequal
  bool one_orientation_ = true, one_measure_ = true;  // for all frames
};

}  // namespace heartlab
