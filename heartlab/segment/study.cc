#include "heartlab/segment/study.h"

#include <set>

#include "heartlab/core/error.h"
#include "heartlab/core/interrupt.h"
#include "heartlab/core/json.h"
#include "heartlab/core/log.h"
#include "heartlab/core/manifest.h"
#include "heartlab/core/progress.h"
#include "heartlab/segment/engine_options.h"
#include "heartlab/segment/inputs.h"
#include "heartlab/segment/outputs.h"

namespace heartlab {
namespace {

bool is_of_the_file(ErrorKind kind) {
  return kind == ErrorKind::kBadInput || kind == ErrorKind::kUnsupported ||
         kind == ErrorKind::kNotFound || kind == ErrorKind::kPermission;
}

// The work of one call, file by file.
class Work {
 public:
  Work(Segmenter& segmenter, const Path& out) : segmenter_(segmenter), out_(out) {}

  void add(const SegmentInput& input) {
    for (const auto& image : images_of(input)) segment(input, image);
  }

  const SegmentSummary& summary() const { return summary_; }
  const std::string& areas() const { return areas_; }
  const nlohmann::ordered_json& checksums() const { return checksums_; }
  // Of each image the folder below `out` and the stem.
  const std::vector<std::string>& results() const { return results_; }

 private:
  std::vector<InputImage> images_of(const SegmentInput& input) {
    try {
      auto images = read_input(input.file, segmenter_.model().preparation);
      checksums_[input.file.string()] = sha256_of_file(input.file);
      return images;
    } catch (const Error& error) {
      if (!is_of_the_file(error.kind())) throw;
      log_warning(fmt::format("skipped: {}", error.what()));
      summary_.skipped.emplace_back(error.what());
      return {};
    }
  }

  void segment(const SegmentInput& input, const InputImage& image) {
    if (is_flat(image.grey)) {
      log_warning(fmt::format("{}: every pixel has the same value; nothing is drawn on it",
                              input.file.string()));
    }
    const Segmentation result = segmenter_.segment(image.grey);
    const std::string stem = names_.claim(input, image.frame);
    auto contours = contours_json(result.mask, image.geometry, segmenter_.model().target);
    write_segmentation(out_ / input.folder, stem, image.grey, result, contours);
    const Measurement sizes = measure(result, image.geometry.spacing);
    areas_ += areas_line((input.folder / input.file.filename()).string(), image.frame, sizes,
                         (input.folder / (stem + "_mask.png")).string());
    results_.push_back((input.folder / stem).string());
    ++summary_.images;
    summary_.empty += sizes.area_px == 0 ? 1 : 0;
  }

  Segmenter& segmenter_;
  Path out_;
  StemNames names_;
  SegmentSummary summary_;
  std::string areas_ = areas_header();
  std::vector<std::string> results_;
  nlohmann::ordered_json checksums_ = nlohmann::ordered_json::object();
};

// The results that the manifest of an earlier call names; empty where there is none.
std::vector<std::string> former_results(const Path& out) {
  const Path file = out / "manifest.json";
  if (!std::filesystem::exists(file)) return {};
  const auto json = parse_json<nlohmann::ordered_json>(read_text(file), file.string());
  std::vector<std::string> names;
  for (const auto& name : json.value("results", nlohmann::ordered_json::array())) {
    // What leads out of the folder was not written by an earlier call.
    if (!name.is_string()) continue;
    const Path path = Path(name.get<std::string>()).lexically_normal();
    const bool inside = !path.empty() && path.is_relative() && *path.begin() != "..";
    if (inside) names.push_back(path.string());
  }
  return names;
}

// Takes away what an earlier call wrote and this one did not: results of two calls in one folder
// would be taken for one's.
void remove_former(const Path& out, const std::vector<std::string>& former,
                   const std::vector<std::string>& now) {
  const std::set<std::string> kept(now.begin(), now.end());
  int removed = 0;
  for (const auto& name : former) {
    if (kept.contains(name)) continue;
    remove_segmentation(out / name);
    ++removed;
  }
  if (removed > 0) info("removed the results of {} images of an earlier call", removed);
}

nlohmann::ordered_json manifest(const Segmenter& segmenter, const SegmentOptions& options,
                                const Work& work) {
  auto json = make_manifest("segment");
  json["model"] = options.model.filename().string();
  if (!options.model.empty()) json["model_sha256"] = sha256_of_file(options.model);
  json["structure"] = segmenter.model().target;
  json["engine"] = segmenter.engine_description();
  json["images"] = work.summary().images;
  json["skipped"] = work.summary().skipped;
  json["results"] = work.results();
  json["inputs_sha256"] = work.checksums();
  return json;
}

}  // namespace

OptionTable SegmentOptions::table() {
  OptionTable table;
  table.add("model", model, "Model file (RUN/model.safetensors)").required();
  table.add("out", out, "Folder for masks, overlays, contours and areas.csv").required();
  table.add("input", inputs, "DICOM or PNG files, or folders of them").required().positional();
  add_engine_options(table, engine);
  return table;
}

SegmentSummary segment_inputs(Segmenter& segmenter, const SegmentOptions& options) {
  const auto inputs = find_inputs(options.inputs, options.out);
  refuse_results_of_others(options.out, "segment");
  const auto former = former_results(options.out);
  make_folder(options.out);
  Work work(segmenter, options.out);
  Progress progress("segmenting", inputs.size());
  for (std::size_t i = 0; i < inputs.size() && !interrupted(); ++i) {
    work.add(inputs[i]);
    progress.update(i + 1, inputs[i].file.filename().string());
  }
  progress.pause();
  const SegmentSummary& summary = work.summary();
  if (summary.images > 0) {
    write_text(options.out / "areas.csv", work.areas());
    write_text(options.out / "manifest.json", json_text(manifest(segmenter, options, work)));
  }
  if (summary.images > 0) remove_former(options.out, former, work.results());
  stop_if_interrupted("the images done so far are in the output folder, the others are not");
  if (summary.images == 0) {
    fail(ErrorKind::kBadInput, "none of the {} files gave an image; the first: {}",
         summary.skipped.size(), summary.skipped.at(0));
  }
  return summary;
}

}  // namespace heartlab
