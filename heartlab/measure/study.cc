#include "heartlab/measure/study.h"

#include <fmt/format.h>

#include "heartlab/core/error.h"
#include "heartlab/core/log.h"
#include "heartlab/core/manifest.h"
#include "heartlab/image/png.h"
#include "heartlab/measure/dicom_results.h"
#include "heartlab/measure/drawing.h"
#include "heartlab/measure/insertions.h"
#include "heartlab/measure/measure.h"
#include "heartlab/measure/pictures.h"
#include "heartlab/measure/study_results.h"
#include "heartlab/metrics/interval.h"
#include "heartlab/segment/algorithm.h"

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
  const auto check_target = [](const Segmenter* network, const Path& file, const char* structure) {
    if (network == nullptr || network->model().target == structure) return;
    fail(ErrorKind::kUsage, "--{0}-model {1}: expected a model of the {0}, found one of the {2}",
         structure, file.string(), network->model().target);
  };
  check_target(networks.cavity, options.cavity_model, "cavity");
  check_target(networks.myocardium, options.myocardium_model, "myocardium");
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

// The image's own grey values, read again.
Image values_of(const SourceImage& image) {
  auto frames = read_dicom(image.input.file);
  return std::move(frames.at(static_cast<std::size_t>(image.dicom.place.frame)).image);
}

MeasuredStack measure_one(const DrawnImages& all, SourceStack source,
                          const MeasureOptions& options) {
  MeasuredStack stack{std::move(source), {}, {}};
  for (auto& oddity : oddities_of(all, stack.source.images)) {
    stack.source.remarks.push_back(std::move(oddity));
  }
  for (const std::size_t i : stack.source.images) {
    const SourceImage& image = all.images[i];
    stack.images.push_back({image_name(image), image.geometry, image.trigger_time, image.instance,
                            all.drawn[i], image.grey.rows, image.grey.columns});
  }
  const StackLayout layout = lay_out(stack.images);
  StackOptions how;
  how.volumes = {options.end_diastole - 1, options.end_systole - 1, options.fill_gaps,
                 options.heart_rate > 0 ? options.heart_rate : heart_rate_of(all, stack.source)};
  // Late enhancement is taken once a beat, in diastole.
  const bool one_phase = options.late_enhancement && layout.phases() == 1;
  if (one_phase && options.end_diastole == 0) how.volumes.end_diastole = 0;
  how.segments = {insertions_of(options, stack.images, layout), options.base};
  stack.measurements = measure_stack(stack.images, how);
  if (!options.late_enhancement) return stack;
  stack.measurements.enhancement = enhancement_of(
      stack.images, stack.measurements.layout, stack.measurements.volumes, how.segments,
      {options.deviations, options.remote}, [&](int i) {
        return values_of(all.images[stack.source.images[static_cast<std::size_t>(i)]]);
      });
  return stack;
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
    measured.push_back(measure_one(all, std::move(stack), options));
  }
  return measured;
}

Json manifest_of(const MeasureNetworks& networks, MeasureOptions& options, const DrawnImages& all,
                 const std::vector<std::string>& skipped) {
  Json manifest = make_manifest("measure");
  manifest["options"] = options.table().to_json();
  manifest["options"].erase("out");
  for (const auto& [segmenter, file] : {std::pair(networks.cavity, options.cavity_model),
                                        std::pair(networks.myocardium, options.myocardium_model)}) {
    if (segmenter == nullptr) continue;
    Json model = {{"file", file.filename().string()},
                  {"sha256", file.empty() ? "" : sha256_of_file(file)},
                  {"structure", segmenter->model().target},
                  {"engine", segmenter->engine_description()}};
    for (const auto& other : options.engine_of(segmenter->model().target).with) {
      model["with_sha256"].push_back(sha256_of_file(other));
    }
    manifest["models"].push_back(std::move(model));
  }
  manifest["skipped"] = skipped;
  Json& inputs = manifest["inputs_sha256"] = Json::object();
  for (const auto& image : all.images) {
    const std::string name = image.input.file.generic_string();
    if (!inputs.contains(name)) inputs[name] = sha256_of_file(image.input.file);
  }
  return manifest;
}

bool writes(const MeasureOptions& options, const char* what) {
  return std::ranges::find(options.write, what) != options.write.end();
}

DicomResults dicom_results(const MeasureNetworks& networks, const MeasureOptions& options) {
  const auto algorithm = [&options](const Segmenter* segmenter, const Path& file) {
    if (segmenter == nullptr) return std::optional<Algorithm>();
    return std::optional(algorithm_of(file, options.engine_of(segmenter->model().target).with));
  };
  return {writes(options, "sr"), writes(options, "seg"), writes(options, "sc"),
          algorithm(networks.cavity, options.cavity_model),
          algorithm(networks.myocardium, options.myocardium_model)};
}

void write_pictures(const Path& folder, const MeasuredStack& stack, const DrawnImages& all,
                    const DicomResults& how) {
  const StackMeasurements& measurements = stack.measurements;
  const auto pages = report_pages(how, all, stack.source, measurements);
  write_png(folder / "report.png", pages.front());
  if (pages.size() > 1) write_png(folder / "contours.png", pages.back());
  const ColourImage curve = volume_curve(measurements);
  if (!curve.empty()) write_png(folder / "volume_curve.png", curve);
  const ColourImage eyes = thickness_picture(measurements.walls);
  if (!eyes.empty()) write_png(folder / "bullseye.png", eyes);
  if (!measurements.enhancement || !measurements.enhancement->half_maximum_percent.value) return;
  std::vector<GreyImage> greys;
  for (const auto& slice : measurements.enhancement->slices) {
    const std::size_t image = stack.source.images[static_cast<std::size_t>(slice.image)];
    greys.push_back(all.images[image].grey);
    GreyImage mask = slice.by_half_maximum;
    for (auto& value : mask.pixels) value = value != 0 ? 255 : 0;
    make_folder(folder / "enhanced");
    write_png(folder / "enhanced" / fmt::format("slice_{:02}_mask.png", slice.slice + 1), mask);
  }
  write_png(folder / "late_enhancement.png", enhancement_picture(*measurements.enhancement, greys));
  const ColourImage shares = enhancement_eye(*measurements.enhancement);
  if (!shares.empty()) write_png(folder / "enhanced_segments.png", shares);
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
    throw NothingDrawn(ErrorKind::kBadInput,
                       fmt::format("nothing is drawn on any of the {} images{}", all.images.size(),
                                   summary.skipped.empty() ? "" : "; " + summary.skipped.front()));
  }
  const Json json = measurements_json(stacks, all, summary.skipped);
  const DicomResults dicom = dicom_results(networks, options);
  const Json manifest = manifest_of(networks, options, all, summary.skipped);
  write_folder(options.out, kMarker, [&](const Path& folder) {
    write_text(folder / "measurements.csv", measurements_csv(stacks, all));
    write_text(folder / "measurements.json", json_text(json));
    for (const auto& stack : stacks) {
      const Path place = stacks.size() == 1 ? folder : folder / stack.source.name;
      make_folder(place);
      write_text(place / "volumes.csv", volumes_csv(stack.measurements));
      if (writes(options, "png")) write_pictures(place, stack, all, dicom);
      for (const auto& mended :
           write_dicom_results(place, dicom, all, stack.source, stack.measurements)) {
        warn("{}: {}", stack.source.name, mended);
      }
    }
    write_text(folder / "manifest.json", json_text(manifest));
  });
  return summary;
}

}  // namespace heartlab
