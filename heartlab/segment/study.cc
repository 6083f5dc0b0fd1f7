#include "heartlab/segment/study.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "heartlab/core/abandoned_files.h"
#include "heartlab/core/error.h"
#include "heartlab/core/folder_lock.h"
#include "heartlab/core/interrupt.h"
#include "heartlab/core/json.h"
#include "heartlab/core/log.h"
#include "heartlab/core/manifest.h"
#include "heartlab/core/threads.h"
#include "heartlab/segment/engine_options.h"
#include "heartlab/segment/joined_results.h"
#include "heartlab/segment/pipeline.h"

namespace heartlab {
namespace {

using Json = nlohmann::ordered_json;

OutputFormats formats_of(const SegmentOptions& options) {
  OutputFormats formats = OutputFormats::of(options.write);
  formats.probabilities = options.save_probabilities;
  if (formats.probabilities && !formats.of_images() && !formats.seg && !formats.nifti) {
    fail(ErrorKind::kUsage,
         "--save-probabilities goes with --write png, json, seg or nifti, found {}",
         fmt::join(formats.chosen(), ","));
  }
  return formats;
}

// The results that the manifest of an earlier call names; empty where there is none.
std::vector<std::string> former_results(const Path& out) {
  const Path file = out / "manifest.json";
  if (!std::filesystem::exists(file)) return {};
  const auto json = parse_json<Json>(read_text(file), file.string());
  std::vector<std::string> names;
  if (!json.is_object() || !json.contains("results")) return names;
  for (const auto& name : json["results"]) {
    if (name.is_string()) names.push_back(name.get<std::string>());
  }
  return names;
}

// What leads out of the folder, or has another name, was not written by an earlier call.
bool may_be_result(const std::string& name) {
  if (!is_result(name)) return false;
  const Path path = Path(name).lexically_normal();
  return !path.empty() && path.is_relative() && *path.begin() != "..";
}

// Takes away what an earlier call wrote and this one did not: results of two calls in one folder
// would be taken for one's.
void remove_former(const Path& out, const std::vector<std::string>& former,
                   const Records& records) {
  std::set<std::string> names(former.begin(), former.end());
  records([&names](const UnitRecord& record) {
    for (const auto& name : record.results) names.erase(name);
  });
  int removed = 0;
  for (const auto& name : names) {
    std::error_code ignored;
    if (may_be_result(name) && std::filesystem::remove(out / name, ignored)) ++removed;
  }
  if (removed > 0) info("removed {} files of an earlier call", removed);
}

// Whether there is one image and no more, which has all threads to itself.
bool is_one_image(const SegmentOptions& options) {
  std::error_code none;
  if (options.inputs.size() != 1 || !std::filesystem::is_regular_file(options.inputs[0], none)) {
    return false;
  }
  const auto units = plan_studies({{options.inputs[0], ""}});
  return units.size() == 1 && units[0].inputs.size() == 1 && units[0].inputs[0].stems.size() == 1;
}

// Of all threads how many images are computed at once, and how many more are read and written.
Jobs jobs_of(const SegmentOptions& options) {
  if (is_one_image(options)) return {1, 1};
  const int threads = options.engine.threads > 0 ? options.engine.threads : available_cores();
  const int images = options.jobs > 0 ? options.jobs : 2 * threads;
  // Calls beside each other would be timed together.
  return {images, options.engine.profile ? 1 : std::min(images, threads)};
}

// What the results follow from, beside the images.
Json settings_of(const Segmenter& segmenter, const SegmentOptions& options,
                 const Algorithm& algorithm) {
  auto json = make_manifest("segment");
  const auto& with = options.engine.with;
  json["model"] = options.model.filename().string();
  if (!options.model.empty()) {
    json["model_sha256"] = with.empty() ? algorithm.model_sha256 : sha256_of_file(options.model);
  }
  for (const auto& other : with) {
    json["with_sha256"].push_back(sha256_of_file(other));
  }
  json["structure"] = segmenter.model().target;
  json["engine"] = segmenter.engine_description();
  json["views"] = segmenter.model().views;
  json["scales"] = options.engine.scales;
  json["focus"] = options.engine.focus;
  json["clean_up"] = options.engine.clean_up.to_json();
  std::vector<std::string> write = options.write;
  std::ranges::sort(write);
  json["write"] = write;
  json["save_probabilities"] = options.save_probabilities;
  return json;
}

// Takes away what killed calls left half written beside the results.
void tidy_up(const Path& out, const Records& records) {
  std::set<Path> folders = {out, out / ".heartlab"};
  records([&](const UnitRecord& record) {
    for (const auto& name : record.results) folders.insert((out / name).parent_path());
  });
  const auto is_ours = [](const std::string& name) {
    return is_result(name) || is_table(name) || name.ends_with(".record");
  };
  for (const auto& folder : folders) remove_abandoned_files(folder, is_ours);
}

// No two calls work in one folder, but for processes that share one out among them.
FolderLock locked(const SegmentOptions& options) {
  refuse_results_of_others(options.out, "segment");
  make_folder(options.out);
  return {options.out, "segment",
          options.ranks.size == 1 ? FolderLock::Use::kAlone : FolderLock::Use::kShared};
}

// One call of segment_inputs().
class Call {
 public:
  Call(Segmenter& segmenter, const SegmentOptions& options, const Algorithm& algorithm)
      : options_(options),
        task_{segmenter, options.out, formats_of(options), algorithm},
        units_(plan_studies(
            find_inputs(options.inputs, options.out, [this](const Error& e) { skip(e); }))),
        settings_(settings_of(segmenter, options, algorithm)),
        lock_(locked(options)),
        journal_(options.out, units_, {settings_, options.ranks, options.resume}) {}

  SegmentSummary run() {
    auto mine = share_out(units_, options_.ranks.size)[std::size_t(options_.ranks.rank)];
    summary_.studies = mine.size();
    if (options_.resume) leave_out_done(mine);
    for (const std::size_t unit : mine) journal_.reopen(unit);
    Pipeline pipeline(
        task_, units_, mine, jobs_of(options_),
        [this](std::size_t unit, UnitRecord record) { journal_.put(unit, std::move(record)); });
    pipeline.run();
    if (options_.ranks.size == 1) {
      join();
    } else if (!interrupted()) {
      journal_.join_once([this] { join(); });
    }
    stop_if_interrupted(
        "the images done so far are in the output folder; the others, and files of whole series, "
        "are not; the same command with --resume goes on");
    if (!summary_.joined) summary_.missing = count_missing();
    return summary_;
  }

 private:
  void leave_out_done(std::vector<std::size_t>& units) const {
    const std::size_t all = units.size();
    std::erase_if(units, [this](std::size_t unit) { return journal_.is_done(unit); });
    info("{} of {} studies are done already", all - units.size(), all);
  }

  std::size_t count_missing() const {
    std::size_t missing = 0;
    for (std::size_t unit = 0; unit < units_.size(); ++unit)
      missing += journal_.is_whole(unit) ? 0 : 1;
    return missing;
  }

  void skip(const Error& unreadable) {
    warn("skipped: {}", unreadable.what());
    summary_.skipped.emplace_back(unreadable.what());
  }

  void for_each_record(const std::function<void(const UnitRecord&)>& each) const {
    for (std::size_t unit = 0; unit < units_.size(); ++unit) {
      if (const auto record = journal_.find(unit)) each(*record);
    }
  }

  void join() {
    for_each_record([this](const UnitRecord& record) {
      summary_.images += record.images;
      summary_.empty += record.empty;
      for (const auto& file : record.skipped) summary_.skipped.push_back(file);
      for (const auto& file : record.unwritten) summary_.unwritten.push_back(file);
    });
    summary_.joined = true;
    if (summary_.images == 0) {
      stop_if_interrupted("no image was done");
      fail(ErrorKind::kBadInput, "none of the {} files gave an image; the first: {}",
           summary_.skipped.size(), summary_.skipped.at(0));
    }
    auto former = former_results(options_.out);
    for (const auto& name : journal_.former()) former.push_back(name);
    const Records records = [this](const auto& each) { for_each_record(each); };
    write_areas(options_.out / "areas.csv", records);
    write_manifest(options_.out / "manifest.json", manifest_head(), records);
    if (!former.empty()) remove_former(options_.out, former, records);
    journal_.forget_others();
    tidy_up(options_.out, records);
  }

  Json manifest_head() const {
    Json json = settings_;
    json["images"] = summary_.images;
    json["skipped"] = summary_.skipped;
    json["unwritten"] = summary_.unwritten;
    return json;
  }

  const SegmentOptions& options_;
  SegmentTask task_;
  SegmentSummary summary_;
  std::vector<StudyUnit> units_;
  Json settings_;
  FolderLock lock_;
  Journal journal_;
};

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
  table.add("jobs", jobs, "Images in work at once; 0 = twice the threads").range(0, 1024);
  table.add("resume", resume, "Go on with the work in --out: studies that are done are left out");
  table.add("input", inputs, "DICOM or PNG files, or folders of them").required().positional();
  add_engine_options(table, engine);
  return table;
}

EngineOptions SegmentOptions::engine_for_jobs() const {
  EngineOptions shared = engine;
  shared.calls = jobs_of(*this).computed;
  return shared;
}

SegmentSummary segment_inputs(Segmenter& segmenter, const SegmentOptions& options,
                              const Algorithm& algorithm) {
  return Call(segmenter, options, algorithm).run();
}

}  // namespace heartlab
