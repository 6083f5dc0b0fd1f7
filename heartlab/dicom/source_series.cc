#include "heartlab/dicom/source_series.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "heartlab/core/error.h"

namespace heartlab {
namespace {

constexpr double kSameDistance = 0.01;       // millimetres
constexpr double kSameDirection = 1 - 1e-6;  // cosine of the angle between two normals

std::vector<FramePlace> places_of(const std::vector<SourceFrame>& frames) {
  std::vector<FramePlace> places;
  places.reserve(frames.size());
  for (const auto& frame : frames) places.push_back(frame.place);
  return places;
}

}  // namespace

SourceFrame source_of(const DicomFrame& frame) {
  return {place_of(frame),
          frame.sop_class_uid,
          frame.sop_instance_uid,
          frame.frame_of_reference_uid,
          frame.series_number,
          frame.frames,
          frame.image.rows,
          frame.image.columns,
          frame.lossy};
}

SeriesKey key_of(const SourceFrame& frame) {
  const FramePlace& place = frame.place;
  return {place.patient, place.study, place.series, frame.rows, frame.columns};
}

std::vector<std::vector<std::size_t>> group_by_series(const std::vector<SourceFrame>& frames) {
  std::map<SeriesKey, std::vector<std::size_t>> groups;
  for (const std::size_t i : geometric_order(places_of(frames))) {
    groups[key_of(frames[i])].push_back(i);
  }
  std::vector<std::vector<std::size_t>> ordered;
  ordered.reserve(groups.size());
  for (auto& [key, members] : groups) ordered.push_back(std::move(members));
  return ordered;
}

std::vector<SourceFrame> first_series(const std::vector<SourceFrame>& frames) {
  if (frames.empty()) fail(ErrorKind::kInternal, "a derived object needs a frame of its source");
  std::vector<SourceFrame> first;
  for (const auto& frame : frames) {
    if (frame.place.study != frames.front().place.study) {
      fail(ErrorKind::kBadInput, "{} and {}: expected images of one study for one report",
           frames.front().place.file.string(), frame.place.file.string());
    }
    if (frame.place.series == frames.front().place.series) first.push_back(frame);
  }
  return first;
}

std::vector<SeriesSlot> slots_of(const std::vector<SourceFrame>& series) {
  const std::vector<int> numbers = slice_numbers(places_of(series));
  std::vector<SeriesSlot> slots(series.size());
  for (std::size_t i = 1; i < series.size(); ++i) {
    const bool same = series[i].place.geometry.in_patient && numbers[i] == numbers[i - 1];
    slots[i].slice = slots[i - 1].slice + (same ? 0 : 1);
    slots[i].phase = same ? slots[i - 1].phase + 1 : 0;
  }
  return slots;
}

bool is_placed(const std::vector<SourceFrame>& series) {
  return std::ranges::all_of(series, [](const SourceFrame& frame) {
    return frame.place.geometry.in_patient && frame.place.geometry.spacing.known();
  });
}

double slice_distance(const std::vector<SourceFrame>& series,
                      const std::vector<SeriesSlot>& slots) {
  double distance = 0;
  for (std::size_t i = 1; i < series.size(); ++i) {
    const Geometry &here = series[i].place.geometry, &before = series[i - 1].place.geometry;
    if (!here.in_patient || !before.in_patient) return 0;
    const auto a = here.normal(), b = before.normal();
    if (a[0] * b[0] + a[1] * b[1] + a[2] * b[2] < kSameDirection) return 0;
    if (slots[i].slice == slots[i - 1].slice) continue;
    const double step = here.distance_along_normal() - before.distance_along_normal();
    if (distance > 0 && std::abs(step - distance) > kSameDistance) return 0;
    distance = distance > 0 ? distance : step;
  }
  return distance;
}

}  // namespace heartlab
