#include "heartlab/dicom/seg_plan.h"

#include <algorithm>
#include <map>

#include "heartlab/core/error.h"

namespace heartlab {
namespace {

void check(const DrawnStructure& structure, const std::vector<SourceFrame>& series) {
  if (structure.frames.size() != series.size()) {
    fail(ErrorKind::kInternal, "'{}': expected a mask for each of {} frames, found {}",
         structure.structure, series.size(), structure.frames.size());
  }
  for (std::size_t i = 0; i < series.size(); ++i) {
    const Patch& patch = structure.frames[i];
    const SourceFrame& frame = series[i];
    if (patch.is_empty() || (patch.rows() == frame.rows && patch.columns() == frame.columns)) {
      continue;
    }
    fail(ErrorKind::kInternal, "{}: expected a mask of {} x {}, found {} x {}",
         frame.place.file.string(), frame.rows, frame.columns, patch.rows(), patch.columns());
  }
}

// Frames on which the segment is drawn; its first where there is none, for viewers and validators
// want a frame for every segment.
void choose(std::vector<PlannedFrame>& frames, std::size_t segment,
            const DrawnStructure& structure) {
  const std::size_t before = frames.size();
  for (std::size_t source = 0; source < structure.frames.size(); ++source) {
    if (!structure.frames[source].is_empty()) frames.push_back({segment, source});
  }
  if (frames.size() == before) frames.push_back({segment, 0});
}

// Numbers the different values of `key` from 1 on.
std::map<int, std::uint32_t> ranks(const std::vector<PlannedFrame>& frames,
                                   const std::vector<SeriesSlot>& slots, int SeriesSlot::*key) {
  std::map<int, std::uint32_t> found;
  for (const auto& frame : frames) found[slots[frame.source].*key] = 0;
  std::uint32_t rank = 0;
  for (auto& [value, number] : found) number = ++rank;
  return found;
}

}  // namespace

SegPlan plan_seg(const std::vector<SourceFrame>& series,
                 const std::vector<DrawnStructure>& structures) {
  SegPlan plan;
  for (std::size_t segment = 0; segment < structures.size(); ++segment) {
    check(structures[segment], series);
    choose(plan.frames, segment, structures[segment]);
  }
  const std::vector<SeriesSlot> slots = slots_of(series);
  const auto slices = ranks(plan.frames, slots, &SeriesSlot::slice);
  const auto phases = ranks(plan.frames, slots, &SeriesSlot::phase);
  for (auto& frame : plan.frames) {
    frame.slice = slices.at(slots[frame.source].slice);
    frame.phase = phases.at(slots[frame.source].phase);
  }
  plan.in_time = std::ranges::any_of(slots, [](const SeriesSlot& slot) { return slot.phase > 0; });
  return plan;
}

}  // namespace heartlab
