#include "heartlab/measure/study_results.h"

#include <fmt/format.h>

#include "heartlab/core/csv.h"
#include "heartlab/core/manifest.h"

namespace heartlab {
namespace {

using Json = nlohmann::ordered_json;

std::vector<std::string> remarks_of(const MeasuredStack& stack) {
  std::vector<std::string> remarks = stack.source.remarks;
  for (auto& remark : stack.measurements.remarks()) remarks.push_back(std::move(remark));
  return remarks;
}

Json stack_json(const MeasuredStack& stack, const DrawnImages& all) {
  const SourceImage& first = all.images[stack.source.images.front()];
  Json json{{"stack", stack.source.name},
            {"patient", first.patient},
            {"study_instance_uid", first.dicom.place.study},
            {"series_instance_uid", first.series}};
  json.update(to_json(stack.measurements));
  json["remarks"] = remarks_of(stack);
  return json;
}

std::string words(const MeasuredStack& stack) {
  std::string text = stack.source.name;
  for (const auto& quantity : quantities_of(stack.measurements)) {
    const auto& value = quantity.measured->value;
    text += value ? fmt::format("  {} {:.1f} {}", quantity.column, *value, quantity.unit)
                  : fmt::format("  {} -", quantity.column);
  }
  const auto& enhancement = stack.measurements.enhancement;
  if (enhancement && enhancement->refused.empty()) {
    const auto share = [](const Measured& percent) {
      return percent.value ? fmt::format("{:.1f} %", *percent.value) : "-";
    };
    text += fmt::format("  enhanced {} (half maximum), {} (deviations)",
                        share(enhancement->half_maximum_percent),
                        share(enhancement->deviations_percent));
  }
  return text;
}

}  // namespace

bool is_drawn(const LeftOutlines& drawn) {
  return !drawn.endocardium.empty() || !drawn.epicardium.empty();
}

std::string measurements_csv(const std::vector<MeasuredStack>& stacks, const DrawnImages& all) {
  const auto line = [](std::vector<std::string> fields, const std::vector<std::string>& more) {
    fields.insert(fields.end(), more.begin(), more.end());
    return csv_line(fields);
  };
  std::string text =
      line({"stack", "patient", "study_instance_uid", "series_instance_uid"}, csv_columns());
  for (const auto& stack : stacks) {
    const SourceImage& first = all.images[stack.source.images.front()];
    text += line({stack.source.name, first.patient, first.dicom.place.study, first.series},
                 csv_fields(stack.measurements));
  }
  return text;
}

Json measurements_json(const std::vector<MeasuredStack>& stacks, const DrawnImages& all,
                       const std::vector<std::string>& skipped) {
  Json json{{"heartlab", version()}, {"stacks", Json::array()}, {"remarks", Json::array()}};
  for (const auto& stack : stacks) json["stacks"].push_back(stack_json(stack, all));
  for (const auto& [remark, count] : all.remarks) {
    json["remarks"].push_back(fmt::format("{} ({} images)", remark, count));
  }
  json["skipped"] = skipped;
  return json;
}

MeasureSummary summarise(const std::vector<MeasuredStack>& stacks, const DrawnImages& all,
                         const SkippedFiles& skipped) {
  MeasureSummary summary;
  summary.images = static_cast<int>(all.images.size());
  summary.drawn = static_cast<int>(std::ranges::count_if(all.drawn, is_drawn));
  summary.skipped = skipped.reasons();
  for (const auto& reason : all.without_image) summary.skipped.push_back(reason);
  for (const auto& stack : stacks) {
    summary.lines.push_back(words(stack));
    for (const auto& refusal : refusals_of(stack.measurements)) {
      summary.remarks.push_back(stack.source.name + ": " + refusal);
    }
    for (const auto& remark : remarks_of(stack)) {
      summary.remarks.push_back(stack.source.name + ": " + remark);
    }
  }
  for (const auto& [remark, count] : all.remarks) {
    summary.remarks.push_back(fmt::format("{} ({} images)", remark, count));
  }
  return summary;
}

}  // namespace heartlab
