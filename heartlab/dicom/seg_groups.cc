#include "heartlab/dicom/seg_groups.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "heartlab/dicom/derived_header.h"
#include "heartlab/dicom/writer.h"

namespace heartlab {
namespace {

std::string orientation(const Geometry& geometry) {
  return decimals(geometry.row_direction) + "\\" + decimals(geometry.column_direction);
}

std::string spacing(const Geometry& geometry) {
  return decimal(geometry.spacing.row) + "\\" + decimal(geometry.spacing.column);
}

bool is_near(const std::array<double, 3>& a, const std::array<double, 3>& b) {
  // Scanners write six digits: in a frame of 400 mm the last of them moves a pixel by less than a
  // thousandth of a millimetre. Viewers want one orientation where there is one.
  constexpr double kRounding = 2e-6;
  return std::abs(a[0] - b[0]) < kRounding && std::abs(a[1] - b[1]) < kRounding &&
         std::abs(a[2] - b[2]) < kRounding;
}

bool same_orientation(const Geometry& a, const Geometry& b) {
  return is_near(a.row_direction, b.row_direction) &&
         is_near(a.column_direction, b.column_direction);
}

bool same_measures(const Geometry& a, const Geometry& b) {
  return a.spacing == b.spacing && a.slice_thickness == b.slice_thickness;
}

bool all_alike(const std::vector<SourceFrame>& series,
               bool (*alike)(const Geometry&, const Geometry&)) {
  return std::ranges::all_of(series, [&](const SourceFrame& frame) {
    return alike(frame.place.geometry, series.front().place.geometry);
  });
}

void put_orientation(DataSetWriter& groups, const Geometry& geometry) {
  groups.item(DCM_PlaneOrientationSequence)
      .text(DCM_ImageOrientationPatient, orientation(geometry));
}

void put_segment_number(DataSetWriter& groups, std::size_t segment) {
  groups.item(DCM_SegmentIdentificationSequence)
      .number(DCM_ReferencedSegmentNumber, static_cast<Uint16>(segment + 1));
}

void put_derivation(DataSetWriter& groups, const SourceFrame& frame) {
  DataSetWriter derivation = groups.item(DCM_DerivationImageSequence);
  DataSetWriter source = derivation.item(DCM_SourceImageSequence);
  put_reference(source, frame);
  source.text(DCM_SpatialLocationsPreserved, "YES");
  put_code(source, DCM_PurposeOfReferenceCodeSequence,
           {"121322", "DCM", "Source image for image processing operation"});
  put_code(derivation, DCM_DerivationCodeSequence, {"113076", "DCM", "Segmentation"});
}

}  // namespace

SegGroups::SegGroups(const std::vector<SourceFrame>& series, const SegPlan& plan,
                     std::size_t segments)
    : series_(series),
      plan_(plan),
      one_segment_(segments == 1),
      placed_(is_placed(series)),
      distance_(slice_distance(series, slots_of(series))),
      one_orientation_(all_alike(series, same_orientation)),
      one_measure_(all_alike(series, same_measures)) {}

void SegGroups::put_dimensions(DataSetWriter& out, const std::string& seed) const {
  // Objects with the same frames count alike, others do not.
  std::string frames = seed;
  for (const auto& [segment, source, slice, phase] : plan_.frames) {
    frames += fmt::format("/{}:{}.{}", segment, series_[source].sop_instance_uid,
                          series_[source].place.frame);
  }
  const std::string uid = make_uid(0, frames);
  out.item(DCM_DimensionOrganizationSequence).text(DCM_DimensionOrganizationUID, uid);
  const auto put = [&](const DcmTagKey& group, const DcmTagKey& tag, const char* label) {
    DataSetWriter item = out.item(DCM_DimensionIndexSequence);
    item.text(DCM_DimensionOrganizationUID, uid);
    item.pointer(DCM_DimensionIndexPointer, tag);
    item.pointer(DCM_FunctionalGroupPointer, group);
    item.text(DCM_DimensionDescriptionLabel, label);
  };
  put(DCM_SegmentIdentificationSequence, DCM_ReferencedSegmentNumber, "Segment");
  if (placed_) {
    put(DCM_PlanePositionSequence, DCM_ImagePositionPatient, "Slice");
  } else {
    put(DCM_FrameContentSequence, DCM_InStackPositionNumber, "Slice");
  }
  if (plan_.in_time) put(DCM_FrameContentSequence, DCM_TemporalPositionIndex, "Phase");
}

void SegGroups::put_measures(DataSetWriter& groups, const Geometry& geometry) const {
  DataSetWriter item = groups.item(DCM_PixelMeasuresSequence);
  const double thickness = geometry.slice_thickness > 0 ? geometry.slice_thickness : distance_;
  if (thickness > 0) item.text(DCM_SliceThickness, decimal(thickness));
  if (distance_ > 0) item.text(DCM_SpacingBetweenSlices, decimal(distance_));
  item.text(DCM_PixelSpacing, spacing(geometry));
}

void SegGroups::put_shared(DataSetWriter& out) const {
  DataSetWriter groups = out.item(DCM_SharedFunctionalGroupsSequence);
  const Geometry& geometry = series_.front().place.geometry;
  if (placed_ && one_orientation_) put_orientation(groups, geometry);
  if (placed_ && one_measure_) put_measures(groups, geometry);
  if (one_segment_) put_segment_number(groups, 0);
}

void SegGroups::put_frame(DataSetWriter& out, const PlannedFrame& frame) const {
  DataSetWriter groups = out.item(DCM_PerFrameFunctionalGroupsSequence);
  const Geometry& geometry = series_[frame.source].place.geometry;
  put_derivation(groups, series_[frame.source]);
  put_content(groups, frame);
  if (placed_) {
    groups.item(DCM_PlanePositionSequence)
        .text(DCM_ImagePositionPatient, decimals(geometry.position));
    if (!one_orientation_) put_orientation(groups, geometry);
    if (!one_measure_) put_measures(groups, geometry);
  }
  if (!one_segment_) put_segment_number(groups, frame.segment);
}

void SegGroups::put_content(DataSetWriter& groups, const PlannedFrame& frame) const {
  DataSetWriter content = groups.item(DCM_FrameContentSequence);
  std::vector<Uint32> values{static_cast<Uint32>(frame.segment + 1), frame.slice};
  if (plan_.in_time) {
    values.push_back(frame.phase);
    content.long_numbers(DCM_TemporalPositionIndex, {frame.phase});
  }
  if (!placed_) {
    content.text(DCM_StackID, "1");
    content.long_numbers(DCM_InStackPositionNumber, {frame.slice});
  }
  content.long_numbers(DCM_DimensionIndexValues, values);
  const double trigger = series_[frame.source].place.trigger_time;
  if (trigger >= 0) {
    content.text(DCM_FrameComments, fmt::format("trigger time {} ms", decimal(trigger)));
  }
}

}  // namespace heartlab
