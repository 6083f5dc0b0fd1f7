#include "heartlab/segment/study.h"

#include <algorithm>
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
#include "heartlab/segment/series_results.h"

namespace heartlab {
namespace {

bool is_of_the_file(ErrorKind kind) {
  return kind == ErrorKind::kBadInput || kind == ErrorKind::kUnsupported ||
         kind == ErrorKind::kNotFound || kind == ErrorKind::kPermission;
}

OutputFormats formats_of(const SegmentOptions& options) {
  OutputFormats formats = OutputFormats::of(options.write);
  formats.probabilities = options.save_probabilities;
  return formats;
}

Algorithm algorithm_of(const SegmentOptions& options) {
  const Path& model = options.model;
  return {"HeartLab", version(), model.filename().string(),
          model.empty() ? "" : sha256_of_file(model)};
}

// The work of one call, file by file.
class Work {
 public:
  Work(Segmenter& segmenter, const SegmentOptions& options)
      : segmenter_(segmenter),
        out_(options.out),
        formats_(formats_of(options)),
        series_(formats_, segmenter.model().target, algorithm_of(options)) {}

  void add(const SegmentInput& input) {
    for (const auto& image : images_of(input)) segment(input, image);
  }

  // What holds a whole series, once all images are done.
  void finish() {
    series_.write(out_);
    results_.insert(results_.end(), series_.written().begin(), series_.written().end());
    summary_.unwritten = series_.unwritten();
  }

  const SegmentSummary& summary() const { return summary_; }
  const std::string& areas() const { return areas_; }
  const nlohmann::ordered_json& checksums() const { return checksums_; }
  // The files written, below `out`.
  const std::vector<std::string>& results() const { return results_; }

 private:
  std::vector<InputImage> images_of(const SegmentInput& input) {
    try {
      auto images = read_input(input.file, segmenter_.model().preparation);
      if (!formats_.of_images() && !images.front().source) {
        fail(ErrorKind::kBadInput,
             "{}: expected DICOM, whose series --write {} is about; found PNG", input.file.string(),
             fmt::join(formats_.chosen(), ","));
      }
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
    for (const auto& name :
         write_segmentation(out_ / input.folder, stem, image.grey, result, contours, formats_)) {
      results_.push_back((input.folder / name).string());
    }
    if (image.source) series_.add(input.folder, *image.source, result);
    const Measurement sizes = measure(result, image.geometry.spacing);
    const Path mask = input.folder / (stem + "_mask.png");
    areas_ += areas_line((input.folder / input.file.filename()).string(), image.frame, sizes,
                         formats_.png ? mask.string() : "");
    ++summary_.images;
    summary_.empty += sizes.area_px == 0 ? 1 : 0;
  }

  Segmenter& segmenter_;
  Path out_;
  OutputFormats formats_;
  SeriesResults series_;
  StemNames names_;
  SegmentSummary summary_;
  std::string areas_ = areas_header();
  std::vector<std::string> results_;
  nlohmann::ordered_json checksums_ = nlohmann::ordered_json::object();
};

bool is_result(const std::string& name) {
  return std::ranges::any_of(result_endings(), [&name](const std::string& ending) {
    return name.size() > ending.size() && name.ends_with(ending);
  });
}

// The results that the manifest of an earlier call names; empty where there is none.
std::vector<std::string> former_results(const Path& out) {
  const Path file = out / "manifest.json";
  if (!std::filesystem::exists(file)) return {};
  const auto json = parse_json<nlohmann::ordered_json>(read_text(file), file.string());
  std::vector<std::string> names;
  for (const auto& name : json.value("results", nlohmann::ordered_json::array())) {
    // What leads out of the folder, or has another name, was not written by an earlier call.
    if (!name.is_string() || !is_result(name.get<std::string>())) continue;
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
    std::error_code ignored;
    if (!kept.contains(name) && std::filesystem::remove(out / name, ignored)) ++removed;
  }
  if (removed > 0) info("removed {} files of an earlier call", removed);
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
  json["write"] = options.write;
  json["save_probabilities"] = options.save_probabilities;
  json["unwritten"] = work.summary().unwritten;
  json["results"] = work.results();
  json["inputs_sha256"] = work.checksums();
  return json;
}

}  // namespace

OptionTable SegmentOptions::table() {
  OptionTable table;
  table.add("model", model, "Model file (RUN/model.safetensors)").required();
  table.add("out", out, "Folder for masks, overlays, contours and areas.csv").required();
  table
      .add("write", write,
           "What to write: of each image json (contours) and png (mask, overlay); of each DICOM "
           "series "
           "seg, rtstruct, nifti, mat")
      .one_of(OutputFormats::names());
  table.add("save_probabilities", save_probabilities,
            "Write the structure's probability too: beside a PNG mask, a SEG and a NIfTI mask");
  table.add("input", inputs, "DICOM or PNG files, or folders of them").required().positional();
  add_engine_options(table, engine);
  return table;
}

SegmentSummary segment_inputs(Segmenter& segmenter, const SegmentOptions& options) {
  const auto inputs = find_inputs(options.inputs, options.out);
  refuse_results_of_others(options.out, "segment");
  const auto former = former_results(options.out);
  make_folder(options.out);
  Work work(segmenter, options);
  Progress progress("segmenting", inputs.size());
  for (std::size_t i = 0; i < inputs.size() && !interrupted(); ++i) {
    work.add(inputs[i]);
    progress.update(i + 1, inputs[i].file.filename().string());
  }
  progress.pause();
  const SegmentSummary& summary = work.summary();
  if (!interrupted()) work.finish();
  if (summary.images > 0) {
    write_text(options.out / "areas.csv", work.areas());
    write_text(options.out / "manifest.json", json_text(manifest(segmenter, options, work)));
  }
  if (summary.images > 0) remove_former(options.out, former, work.results());
  stop_if_interrupted(
      "the images done so far are in the output folder; the others, and files of whole series, are "
      "not");
  if (summary.images == 0) {
    fail(ErrorKind::kBadInput, "none of the {} files gave an image; the first: {}",
         summary.skipped.size(), summary.skipped.at(0));
  }
  return summary;
}

}  // namespace heartlab
