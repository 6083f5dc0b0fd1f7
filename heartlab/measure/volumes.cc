#include "heartlab/measure/volumes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "heartlab/core/error.h"

namespace heartlab {
namespace {

constexpr double kMillilitre = 1000;  // cubic millimetres
constexpr double kFewSlices = 0.5;    // of those of the phase with most

Measured refuse(std::string why) { return {std::nullopt, std::move(why)}; }

// What is seen of one structure in one phase, slice by slice.
struct Discs {
  std::vector<std::optional<double>> areas;  // mm2; nothing = not drawn
  std::vector<bool> has_image;
  std::vector<bool> matters;  // the slice is drawn on in some phase
};

std::string slices_text(const std::vector<int>& slices) {
  return fmt::format("{} {}", slices.size() == 1 ? "slice" : "slices", fmt::join(slices, ", "));
}

// The volume of the discs, or why there is none.
Measured sum_discs(const Discs& discs, const StackLayout& layout, bool fill_gaps) {
  std::vector<std::size_t> drawn;
  for (std::size_t s = 0; s < discs.areas.size(); ++s) {
    if (discs.areas[s]) drawn.push_back(s);
  }
  if (drawn.empty()) return refuse("nothing is drawn");
  if (layout.spacing <= 0) return refuse("one slice alone has no volume");
  std::vector<int> without_image, not_drawn, gaps;
  for (std::size_t s = 0; s < discs.areas.size(); ++s) {
    const bool between = s > drawn.front() && s < drawn.back();
    const int number = static_cast<int>(s) + 1;
    if (!discs.has_image[s] && discs.matters[s] && !(fill_gaps && between)) {
      without_image.push_back(number);
    } else if (between && !discs.areas[s] && !fill_gaps) {
      not_drawn.push_back(number);
    }
    if (s >= drawn.front() && s < drawn.back() && layout.gap_after[s] && !fill_gaps) {
      gaps.push_back(number);
    }
  }
  if (!without_image.empty()) return refuse("no image of " + slices_text(without_image));
  if (!gaps.empty()) return refuse("a slice is missing after " + slices_text(gaps));
  if (!not_drawn.empty()) {
    return refuse("not drawn between drawn slices: " + slices_text(not_drawn));
  }
  const std::vector<double> heights = disc_heights(layout, drawn);
  double volume = 0;
  for (std::size_t k = 0; k < drawn.size(); ++k) volume += *discs.areas[drawn[k]] * heights[k];
  return {volume / kMillilitre, ""};
}

class Summation {
 public:
  Summation(const std::vector<StackImage>& images, const StackLayout& layout,
            const VolumeOptions& options)
      : images_(images), layout_(layout), options_(options) {}

  Volumes measure() {
    if (!layout_.refused.empty()) {
      refuse_all(layout_.refused);
      return std::move(result_);
    }
    check_forced(options_.end_diastole, "--end-diastole");
    check_forced(options_.end_systole, "--end-systole");
    find_what_matters();
    for (int phase = 0; phase < layout_.phases(); ++phase) add_phase(phase);
    leave_out_sparse();
    find_ends();
    derive();
    return std::move(result_);
  }

 private:
  void refuse_all(const std::string& why) {
    for (Measured* quantity :
         {&result_.end_diastolic, &result_.end_systolic, &result_.stroke,
          &result_.ejection_fraction, &result_.mass, &result_.cardiac_output}) {
      *quantity = refuse(why);
    }
    derive_rate();
  }

  void check_forced(int phase, const char* name) const {
    if (phase < layout_.phases()) return;
    fail(ErrorKind::kUsage, "{}: expected one of the phases 1 to {}, found {}", name,
         layout_.phases(), phase + 1);
  }

  const StackImage* image(std::size_t slice, int phase) const {
    const int index = layout_.images[slice][static_cast<std::size_t>(phase)];
    return index < 0 ? nullptr : &images_[static_cast<std::size_t>(index)];
  }

  void find_what_matters() {
    matters_.assign(layout_.positions.size(), false);
    for (std::size_t s = 0; s < matters_.size(); ++s) {
      for (int p = 0; p < layout_.phases(); ++p) {
        const StackImage* one = image(s, p);
        if (one != nullptr && !one->drawn.endocardium.empty()) matters_[s] = true;
      }
    }
  }

  void add_phase(int p) {
    Discs cavity, muscle;
    std::vector<int> without_epicardium;
    PhaseVolume phase;
    for (std::size_t s = 0; s < layout_.positions.size(); ++s) {
      const StackImage* one = image(s, p);
      std::optional<double> blood, wall;
      if (one != nullptr) {
        const auto& [endocardium, epicardium] =
            std::tie(one->drawn.endocardium, one->drawn.epicardium);
        const double pixel = one->geometry.spacing.row * one->geometry.spacing.column;
        if (!endocardium.empty()) blood = endocardium.area_px * pixel;
        if (!epicardium.empty()) {
          wall = std::max(0.0, epicardium.area_px - endocardium.area_px) * pixel;
        } else if (blood) {
          without_epicardium.push_back(static_cast<int>(s) + 1);
        }
      }
      phase.slices += blood ? 1 : 0;
      for (Discs* discs : {&cavity, &muscle}) {
        discs->areas.push_back(discs == &cavity ? blood : wall);
        discs->has_image.push_back(one != nullptr);
      }
    }
    cavity.matters = muscle.matters = matters_;
    phase.cavity = sum_discs(cavity, layout_, options_.fill_gaps);
    phase.muscle = sum_discs(muscle, layout_, options_.fill_gaps);
    const auto drawn = [](const auto& area) { return area.has_value(); };
    if (phase.slices > 0 && std::ranges::none_of(muscle.areas, drawn)) {
      phase.muscle = refuse("no epicardium is drawn");
    }
    if (phase.muscle.value && !only_between(without_epicardium, muscle)) {
      phase.muscle = refuse("no epicardium on " + slices_text(without_epicardium));
    }
    result_.phases.push_back(std::move(phase));
  }

  // Whether each of these slices (from 1) lies between two that are drawn, so that it is bridged.
  static bool only_between(const std::vector<int>& slices, const Discs& discs) {
    const auto is_drawn = [](const std::optional<double>& area) { return area.has_value(); };
    const auto first = std::ranges::find_if(discs.areas, is_drawn) - discs.areas.begin();
    auto last = static_cast<std::ptrdiff_t>(discs.areas.size()) - 1;
    while (last >= 0 && !discs.areas[static_cast<std::size_t>(last)]) --last;
    return std::ranges::all_of(slices, [&](int s) { return s - 1 > first && s - 1 < last; });
  }

  void leave_out_sparse() {
    int most = 0;
    for (const auto& phase : result_.phases) most = std::max(most, phase.slices);
    for (std::size_t p = 0; p < result_.phases.size(); ++p) {
      PhaseVolume& phase = result_.phases[p];
      if (phase.slices == 0 || phase.slices >= kFewSlices * most) continue;
      phase.cavity =
          refuse(fmt::format("drawn on {} of the {} slices of other phases", phase.slices, most));
      phase.muscle = refuse(phase.cavity.refused);
      result_.remarks.push_back(
          fmt::format("phase {}: {}; not counted", p + 1, phase.cavity.refused));
    }
  }

  void find_ends() {
    int largest = -1, smallest = -1, known = 0;
    const auto volume = [&](int p) {
      return *result_.phases[static_cast<std::size_t>(p)].cavity.value;
    };
    for (int p = 0; p < layout_.phases(); ++p) {
      if (!result_.phases[static_cast<std::size_t>(p)].cavity.value) continue;
      ++known;
      if (largest < 0 || volume(p) > volume(largest)) largest = p;
      if (smallest < 0 || volume(p) < volume(smallest)) smallest = p;
    }
    // One phase alone is neither; of two, one is each.
    result_.end_diastole = options_.end_diastole >= 0 ? options_.end_diastole
                           : known > 1                ? largest
                                                      : -1;
    result_.end_systole = options_.end_systole >= 0 ? options_.end_systole
                          : known > 1               ? smallest
                                                    : -1;
    name_incomplete(known);
    if (known > 1 && options_.end_diastole < 0) name_neighbours("end diastole", largest);
    if (known > 1 && options_.end_systole < 0) name_neighbours("end systole", smallest);
  }

  // The end of the beat that was found may be beside the true one, where that has no volume.
  void name_neighbours(const char* end, int found) {
    const int phases = layout_.phases();
    for (const int beside : {(found + phases - 1) % phases, (found + 1) % phases}) {
      const PhaseVolume& phase = result_.phases[static_cast<std::size_t>(beside)];
      if (phase.cavity.value || phase.slices == 0) continue;
      result_.remarks.push_back(
          fmt::format("{} is phase {} of those with a volume; phase {} beside it "
                      "has none and may be it",
                      end, found + 1, beside + 1));
    }
  }

  void name_incomplete(int known) {
    if (known > 0 && known < layout_.phases()) {
      for (std::size_t p = 0; p < result_.phases.size(); ++p) {
        const PhaseVolume& phase = result_.phases[p];
        if (phase.cavity.value || phase.slices == 0) continue;
        result_.remarks.push_back(
            fmt::format("phase {} has no volume: {}", p + 1, phase.cavity.refused));
      }
    }
  }

  // Why neither end of the beat is known.
  std::string no_end() const {
    int known = 0;
    std::string why;
    for (const auto& phase : result_.phases) {
      known += phase.cavity.value ? 1 : 0;
      if (why.empty() && !phase.cavity.value && phase.slices > 0) why = phase.cavity.refused;
    }
    if (known == 1) return "one phase alone has a volume: whether it is end diastole is not known";
    if (why.empty()) return "no cavity is drawn";
    return "no phase has a volume: " + why;
  }

  Measured at(int phase, Measured PhaseVolume::*quantity) const {
    return phase < 0 ? refuse(no_end()) : result_.phases[static_cast<std::size_t>(phase)].*quantity;
  }

  void derive() {
    result_.end_diastolic = at(result_.end_diastole, &PhaseVolume::cavity);
    result_.end_systolic = at(result_.end_systole, &PhaseVolume::cavity);
    result_.mass = at(result_.end_diastole, &PhaseVolume::muscle);
    if (result_.mass.value) *result_.mass.value *= kMyocardialDensity;
    const auto& [end_diastolic, end_systolic] =
        std::tie(result_.end_diastolic, result_.end_systolic);
    const std::string none = no_stroke();
    if (none.empty()) {
      result_.stroke.value = *end_diastolic.value - *end_systolic.value;
      result_.ejection_fraction.value = 100 * *result_.stroke.value / *end_diastolic.value;
    } else {
      result_.stroke.refused = result_.ejection_fraction.refused = none;
    }
    name_undrawn();
    derive_rate();
    if (result_.stroke.value && result_.heart_rate.value) {
      result_.cardiac_output.value =
          *result_.stroke.value * *result_.heart_rate.value / kMillilitre;
    } else {
      result_.cardiac_output.refused =
          result_.stroke.value ? result_.heart_rate.refused : result_.stroke.refused;
    }
  }

  // Why there is no stroke volume; empty where there is one.
  std::string no_stroke() const {
    const auto& [end_diastolic, end_systolic] =
        std::tie(result_.end_diastolic, result_.end_systolic);
    if (!end_diastolic.value) return end_diastolic.refused;
    if (!end_systolic.value) return end_systolic.refused;
    if (result_.end_diastole == result_.end_systole) {
      return options_.end_diastole >= 0 && options_.end_systole >= 0
                 ? "one phase was asked for as end diastole and as end systole"
                 : fmt::format(
                       "phase {} is both end diastole and end systole: no other has another "
                       "volume, or one of the two was asked for",
                       result_.end_diastole + 1);
    }
    if (*end_systolic.value > *end_diastolic.value) {
      return "the cavity is larger at end systole than at end diastole";
    }
    return "";
  }

  // How many slices between drawn ones are not drawn themselves.
  int count_bridged(int phase) const {
    int drawn = 0, first = -1, last = -1;
    for (int s = 0; s < layout_.slices(); ++s) {
      const StackImage* one = image(static_cast<std::size_t>(s), phase);
      if (one == nullptr || one->drawn.endocardium.empty()) continue;
      ++drawn;
      last = s;
      if (first < 0) first = s;
    }
    return drawn == 0 ? 0 : last - first + 1 - drawn;
  }

  // Slices on which one end of the beat is not drawn count as outside the ventricle there, but for
  // those that are bridged.
  void name_undrawn() {
    if (!result_.end_diastolic.value || !result_.end_systolic.value) return;
    const int slices = layout_.slices();
    const auto drawn = [&](int phase) {
      return result_.phases[static_cast<std::size_t>(phase)].slices;
    };
    const int diastole = drawn(result_.end_diastole), systole = drawn(result_.end_systole);
    if (diastole == slices && systole == slices) return;
    const int bridged = count_bridged(result_.end_diastole) + count_bridged(result_.end_systole);
    const bool all_bridged = bridged == 2 * slices - diastole - systole;
    result_.remarks.push_back(
        fmt::format("of {} slices the cavity is drawn on {} at end diastole and on {} at end "
                    "systole; {}{}",
                    slices, diastole, systole,
                    bridged == 0  ? ""
                    : all_bridged ? "the others lie between drawn ones and were bridged"
                                  : fmt::format("{} between drawn ones were bridged, ", bridged),
                    all_bridged ? "" : "the others count as outside the ventricle"));
  }

  void derive_rate() {
    if (options_.heart_rate > 0) {
      result_.heart_rate.value = options_.heart_rate;
    } else {
      result_.heart_rate.refused = "the images state no heart rate";
    }
  }

  const std::vector<StackImage>& images_;
  const StackLayout& layout_;
  const VolumeOptions& options_;
  std::vector<bool> matters_;
  Volumes result_;
};

}  // namespace

std::vector<double> disc_heights(const StackLayout& layout, const std::vector<std::size_t>& drawn) {
  const auto& at = layout.positions;
  std::vector<double> heights;
  for (std::size_t k = 0; k < drawn.size(); ++k) {
    const double below = k == 0 ? layout.spacing : at[drawn[k]] - at[drawn[k - 1]];
    const double above = k + 1 == drawn.size() ? layout.spacing : at[drawn[k + 1]] - at[drawn[k]];
    heights.push_back((below + above) / 2);
  }
  return heights;
}

Volumes volumes_of(const std::vector<StackImage>& images, const StackLayout& layout,
                   const VolumeOptions& options) {
  return Summation(images, layout, options).measure();
}

}  // namespace heartlab
