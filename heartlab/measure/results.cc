#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "heartlab/core/csv.h"
#include "heartlab/measure/measure.h"

namespace heartlab {
namespace {

using Json = nlohmann::ordered_json;

Json number(const std::optional<double>& value) {
  return value ? Json(rounded(*value)) : Json(nullptr);
}

std::string field(const std::optional<double>& value) {
  return value ? fmt::format("{}", rounded(*value)) : "";
}

std::string phase_field(int phase) { return phase < 0 ? "" : std::to_string(phase + 1); }

// What the field is called in JSON: the column with its unit in letters.
std::string json_name(const NamedQuantity& quantity) {
  const std::string unit = quantity.unit;
  const std::string word = unit == "%"       ? "percent"
                           : unit == "/min"  ? "per_minute"
                           : unit == "l/min" ? "litres_per_minute"
                                             : unit;
  return std::string(quantity.column) + "_" + word;
}

Json slices_json(const StackLayout& layout) {
  Json slices = Json::array();
  for (int s = 0; s < layout.slices(); ++s) {
    slices.push_back({{"slice", s + 1},
                      {"position_mm", rounded(layout.positions[static_cast<std::size_t>(s)])}});
  }
  return slices;
}

Json phases_json(const StackMeasurements& measurements) {
  Json phases = Json::array();
  const auto& found = measurements.volumes.phases;
  for (std::size_t p = 0; p < found.size(); ++p) {
    const double time = measurements.layout.times[p];
    Json phase{{"phase", p + 1},
               {"trigger_time_ms", time < 0 ? Json(nullptr) : Json(rounded(time))},
               {"slices_drawn", found[p].slices},
               {"cavity_ml", number(found[p].cavity.value)},
               {"myocardium_ml", number(found[p].muscle.value)}};
    if (!found[p].cavity.value) phase["why_no_cavity"] = found[p].cavity.refused;
    if (!found[p].muscle.value) phase["why_no_myocardium"] = found[p].muscle.refused;
    phases.push_back(std::move(phase));
  }
  return phases;
}

Json walls_json(const WallThickness& walls) {
  if (!walls.refused.empty()) return {{"refused", walls.refused}};
  Json segments = Json::array();
  for (int i = 0; i < kSegments; ++i) {
    const SegmentWall& wall = walls.segments[static_cast<std::size_t>(i)];
    segments.push_back({{"segment", i + 1},
                        {"name", segment_name(i + 1)},
                        {"end_diastole_mm", number(wall.diastole.value)},
                        {"end_systole_mm", number(wall.systole.value)}});
  }
  return {{"segments", segments}};
}

Json enhancement_json(const Enhancement& found) {
  if (!found.refused.empty()) return {{"refused", found.refused}};
  Json slices = Json::array(), segments = Json::array();
  for (const auto& slice : found.slices) {
    slices.push_back({{"slice", slice.slice + 1},
                      {"remote", slice.remote},
                      {"remote_mean", rounded(slice.remote_mean)},
                      {"remote_deviation", rounded(slice.remote_deviation)},
                      {"pixels", count_set(slice.judged)},
                      {"enhanced_by_deviations", count_set(slice.by_deviations)},
                      {"enhanced_by_half_maximum", count_set(slice.by_half_maximum)}});
  }
  for (const auto& share : found.by_segment) segments.push_back(number(share));
  return {{"deviations_percent", number(found.deviations_percent.value)},
          {"deviations_g", number(found.deviations_mass.value)},
          {"half_maximum_percent", number(found.half_maximum_percent.value)},
          {"half_maximum_g", number(found.half_maximum_mass.value)},
          {"half_maximum_threshold", rounded(found.half_maximum)},
          {"half_maximum_percent_by_segment", segments},
          {"slices", slices}};
}

}  // namespace

StackMeasurements measure_stack(const std::vector<StackImage>& images,
                                const StackOptions& options) {
  StackMeasurements measurements;
  measurements.layout = lay_out(images);
  measurements.volumes = volumes_of(images, measurements.layout, options.volumes);
  measurements.walls =
      wall_thickness(images, measurements.layout, measurements.volumes, options.segments);
  return measurements;
}

std::vector<std::string> StackMeasurements::remarks() const {
  std::vector<std::string> all = layout.remarks;
  all.insert(all.end(), volumes.remarks.begin(), volumes.remarks.end());
  if (!walls.orientation.empty()) all.push_back("segments: " + walls.orientation);
  all.insert(all.end(), walls.remarks.begin(), walls.remarks.end());
  if (!enhancement) return all;
  all.insert(all.end(), enhancement->remarks.begin(), enhancement->remarks.end());
  return all;
}

std::vector<NamedQuantity> quantities_of(const StackMeasurements& measurements) {
  const Volumes& volumes = measurements.volumes;
  return {{"LVEDV", "ml", &volumes.end_diastolic},
          {"LVESV", "ml", &volumes.end_systolic},
          {"LVSV", "ml", &volumes.stroke},
          {"LVEF", "%", &volumes.ejection_fraction},
          {"LVM", "g", &volumes.mass},
          {"HR", "/min", &volumes.heart_rate},
          {"LVCO", "l/min", &volumes.cardiac_output}};
}

std::vector<NamedQuantity> enhancement_quantities_of(const StackMeasurements& measurements) {
  if (!measurements.enhancement) return {};
  const Enhancement& found = *measurements.enhancement;
  return {{"LGE_SD_percent", "%", &found.deviations_percent},
          {"LGE_SD", "g", &found.deviations_mass},
          {"LGE_FWHM_percent", "%", &found.half_maximum_percent},
          {"LGE_FWHM", "g", &found.half_maximum_mass}};
}

std::vector<std::string> refusals_of(const StackMeasurements& measurements) {
  std::vector<std::pair<std::string, std::string>> reasons;  // reason, what it refuses
  const auto add = [&](const std::string& what, const std::string& reason) {
    const auto known = std::ranges::find(reasons, reason, &decltype(reasons)::value_type::first);
    if (known == reasons.end()) {
      reasons.emplace_back(reason, what);
    } else {
      known->second += ", " + what;
    }
  };
  for (const auto& quantity : quantities_of(measurements)) {
    if (!quantity.measured->value) add(quantity.column, quantity.measured->refused);
  }
  if (!measurements.walls.refused.empty()) add("wall thickness", measurements.walls.refused);
  if (measurements.enhancement && !measurements.enhancement->refused.empty()) {
    add("late enhancement", measurements.enhancement->refused);
  } else {
    for (const auto& quantity : enhancement_quantities_of(measurements)) {
      if (!quantity.measured->value) add(quantity.column, quantity.measured->refused);
    }
  }
  std::vector<std::string> lines;
  for (const auto& [reason, what] : reasons) lines.push_back("no " + what + ": " + reason);
  return lines;
}

Json to_json(const StackMeasurements& measurements) {
  const Volumes& volumes = measurements.volumes;
  Json values = Json::object(), refused = Json::object();
  for (const auto& quantity : quantities_of(measurements)) {
    values[json_name(quantity)] = number(quantity.measured->value);
    if (!quantity.measured->value) refused[quantity.column] = quantity.measured->refused;
  }
  for (const auto& quantity : enhancement_quantities_of(measurements)) {
    if (!quantity.measured->value) refused[quantity.column] = quantity.measured->refused;
  }
  const auto phase = [](int index) { return index < 0 ? Json(nullptr) : Json(index + 1); };
  Json json{{"measurements", values},
            {"refused", refused},
            {"end_diastole_phase", phase(volumes.end_diastole)},
            {"end_systole_phase", phase(volumes.end_systole)},
            {"slice_spacing_mm", rounded(measurements.layout.spacing)},
            {"slices", slices_json(measurements.layout)},
            {"phases", phases_json(measurements)},
            {"wall_thickness", walls_json(measurements.walls)},
            {"remarks", measurements.remarks()}};
  if (measurements.enhancement) {
    json["late_enhancement"] = enhancement_json(*measurements.enhancement);
  }
  return json;
}

std::vector<std::string> csv_columns() {
  std::vector<std::string> columns;
  for (const auto& quantity : quantities_of({})) columns.emplace_back(quantity.column);
  for (const char* name : {"ED_phase", "ES_phase", "slices", "phases"}) columns.emplace_back(name);
  for (const char* phase : {"ED", "ES"}) {
    for (int i = 1; i <= kSegments; ++i) columns.push_back(fmt::format("WT_{}_AHA{}", phase, i));
  }
  StackMeasurements enhanced;
  enhanced.enhancement = Enhancement();
  for (const auto& quantity : enhancement_quantities_of(enhanced)) {
    columns.emplace_back(quantity.column);
  }
  return columns;
}

std::vector<std::string> csv_fields(const StackMeasurements& measurements) {
  std::vector<std::string> fields;
  for (const auto& quantity : quantities_of(measurements)) {
    fields.push_back(field(quantity.measured->value));
  }
  fields.push_back(phase_field(measurements.volumes.end_diastole));
  fields.push_back(phase_field(measurements.volumes.end_systole));
  fields.push_back(std::to_string(measurements.layout.slices()));
  fields.push_back(std::to_string(measurements.layout.phases()));
  for (const auto moment : {&SegmentWall::diastole, &SegmentWall::systole}) {
    for (const auto& wall : measurements.walls.segments)
      fields.push_back(field((wall.*moment).value));
  }
  for (const auto& quantity : enhancement_quantities_of(measurements)) {
    fields.push_back(field(quantity.measured->value));
  }
  fields.resize(csv_columns().size());
  return fields;
}

std::string volumes_csv(const StackMeasurements& measurements) {
  std::string text =
      csv_line({"phase", "trigger_time_ms", "slices_drawn", "cavity_ml", "myocardium_ml"});
  const auto& phases = measurements.volumes.phases;
  for (std::size_t p = 0; p < phases.size(); ++p) {
    const double time = measurements.layout.times[p];
    text += csv_line({std::to_string(p + 1), time < 0 ? "" : fmt::format("{}", rounded(time)),
                      std::to_string(phases[p].slices), field(phases[p].cavity.value),
                      field(phases[p].muscle.value)});
  }
  return text;
}

}  // namespace heartlab
