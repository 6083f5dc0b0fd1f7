#include "heartlab/measure/study.h"

#include <fmt/format.h>

#include "heartlab/core/csv.h"
#include "heartlab/core/error.h"
#include "heartlab/core/log.h"
#include "heartlab/core/manifest.h"
#include "heartlab/image/png.h"
#include "heartlab/measure/drawing.h"
#include "heartlab/measure/insertions.h"
#include "heartlab/measure/measure.h"
#include "heartlab/measure/pictures.h"
#include "heartlab/measure/stacks.h"
#include "heartlab/metrics/interval.h"

namespace heartlab {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kMarker = "measurements.json";  // what tells the folder of an earlier result

void check(const MeasureNetworks& networks, const MeasureOptions& options) {
  const bool draws = networks.cavity != nullptr || networks.myocardium != nullptr;
  if (options.labels.empty() && !draws) {
    fail(ErrorKind::kUsage,
         "expected contours (--labels) or a network (--cavity-model, --myocardium-model)");
  }
  if (!options.labels.empty() && draws) {
    fail(ErrorKind::kUsage, "--labels and a network: expected one of them to draw, found both");
  }
}

struct MeasuredStack {
  SourceStack source;
  StackMeasurements measurements;
};

bool is_drawn(const LeftOutlines& drawn) {
  return !drawn.endocardium.empty() || !drawn.epicardium.empty();
}

std::string image_name(const SourceImage& image) {
  if (image.dicom.frames == 1) return image.input.name;
  return fmt::format("{} frame {}", image.input.name, image.dicom.place.frame + 1);
}

// Beats a minute by the median of the intervals that images of the stack state; 0 where none does.
double heart_rate_of(const DrawnImages& all, const SourceStack& stack) {
  std::vector<double> intervals;
  for (const std::size_t i : stack.images) {
    if (all.images[i].heart_interval > 0) intervals.push_back(all.images[i].heart_interval);
  }
  return intervals.empty() ? 0 : 60000 / median(intervals);
}

StackMeasurements measure_one(const DrawnImages& all, const SourceStack& stack,
                              const MeasureOptions& options) {
  std::vector<StackImage> images;
  for (const std::size_t i : stack.images) {
    const SourceImage& image = all.images[i];
    images.push_back(
        {image_name(image), image.geometry, image.trigger_time, image.instance, all.drawn[i]});
  }
  StackOptions how;
  how.volumes = {options.end_diastole - 1, options.end_systole - 1, options.fill_gaps,
                 options.heart_rate > 0 ? options.heart_rate : heart_rate_of(all, stack)};
  how.segments = {insertions_of(options, images, lay_out(images)), options.base};
  return measure_stack(images, how);
}

std::vector<MeasuredStack> measure_all(const DrawnImages& all, const MeasureOptions& options) {
  std::vector<MeasuredStack> measured;
  for (auto& stack : stacks_of(all.images)) {
    const bool drawn =
        std::ranges::any_of(stack.images, [&](std::size_t i) { return is_drawn(all.drawn[i]); });
    if (!drawn) {
      info("{}: nothing is drawn on its {} images; it is not measured", stack.name,
           stack.images.size());
      continue;
    }
    StackMeasurements found = measure_one(all, stack, options);
    measured.push_back({std::move(stack), std::move(found)});
  }
  return measured;
}

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

std::string csv_of(const std::vector<MeasuredStack>& stacks, const DrawnImages& all) {
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

Json manifest_of(const MeasureNetworks& networks, MeasureOptions& options, const DrawnImages& all,
                 const std::vector<std::string>& skipped) {
  Json manifest = make_manifest("measure");
  manifest["options"] = options.table().to_json();
  manifest["options"].erase("out");
  for (const auto& [segmenter, file] : {std::pair(networks.cavity, options.cavity_model),
                                        std::pair(networks.myocardium, options.myocardium_model)}) {
    if (segmenter == nullptr) continue;
    manifest["models"].push_back({{"file", file.filename().string()},
                                  {"sha256", file.empty() ? "" : sha256_of_file(file)},
                                  {"structure", segmenter->model().target},
                                  {"engine", segmenter->engine_description()}});
  }
  manifest["skipped"] = skipped;
  Json& inputs = manifest["inputs_sha256"] = Json::object();
  for (const auto& image : all.images) {
    const std::string name = image.input.file.generic_string();
    if (!inputs.contains(name)) inputs[name] = sha256_of_file(image.input.file);
  }
  return manifest;
}

void write_stack(const Path& folder, const StackMeasurements& measurements) {
  make_folder(folder);
  write_text(folder / "volumes.csv", volumes_csv(measurements));
  const ColourImage curve = volume_curve(measurements);
  if (!curve.empty()) write_png(folder / "volume_curve.png", curve);
  const ColourImage eyes = thickness_picture(measurements.walls);
  if (!eyes.empty()) write_png(folder / "bullseye.png", eyes);
}

std::string words(const MeasuredStack& stack) {
  std::string text = stack.source.name;
  for (const auto& quantity : quantities_of(stack.measurements)) {
    const auto& value = quantity.measured->value;
    text += value ? fmt::format("  {} {:.1f} {}", quantity.column, *value, quantity.unit)
                  : fmt::format("  {} -", quantity.column);
  }
  return text;
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
    for (const auto& quantity : quantities_of(stack.measurements)) {
      if (quantity.measured->value) continue;
      summary.remarks.push_back(fmt::format("{}: no {}: {}", stack.source.name, quantity.column,
                                            quantity.measured->refused));
    }
    if (!stack.measurements.walls.refused.empty()) {
      summary.remarks.push_back(
          fmt::format("{}: no segments: {}", stack.source.name, stack.measurements.walls.refused));
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

}  // namespace

MeasureSummary measure_studies(const MeasureNetworks& networks, MeasureOptions& options) {
  check(networks, options);
  require_replaceable(options.out, kMarker);
  SkippedFiles skipped(options.strict);
  const DrawnImages all = read_drawn(networks, options, skipped);
  if (all.images.empty()) {
    fail(ErrorKind::kBadInput, "no DICOM image found{}",
         skipped.reasons().empty() ? "" : "; the first file: " + skipped.reasons().front());
  }
  const auto stacks = measure_all(all, options);
  MeasureSummary summary = summarise(stacks, all, skipped);
  if (stacks.empty()) {
    fail(ErrorKind::kBadInput, "nothing is drawn on any of the {} images{}", all.images.size(),
         summary.skipped.empty() ? "" : "; " + summary.skipped.front());
  }
  Json json{{"heartlab", version()}, {"stacks", Json::array()}, {"remarks", Json::array()}};
  for (const auto& stack : stacks) json["stacks"].push_back(stack_json(stack, all));
  for (const auto& [remark, count] : all.remarks) {
    json["remarks"].push_back(fmt::format("{} ({} images)", remark, count));
  }
  json["skipped"] = summary.skipped;
  const Json manifest = manifest_of(networks, options, all, summary.skipped);
  write_folder(options.out, kMarker, [&](const Path& folder) {
    write_text(folder / "measurements.csv", csv_of(stacks, all));
    write_text(folder / "measurements.json", json_text(json));
    for (const auto& stack : stacks) {
      write_stack(stacks.size() == 1 ? folder : folder / stack.source.name, stack.measurements);
    }
    write_text(folder / "manifest.json", json_text(manifest));
  });
  return summary;
}

}  // namespace heartlab
