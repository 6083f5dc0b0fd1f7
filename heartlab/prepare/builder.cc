#include "heartlab/prepare/builder.h"

#include <algorithm>
#include <set>
#include <utility>

#include "heartlab/core/error.h"
#include "heartlab/core/manifest.h"
#include "heartlab/image/bias_field.h"
#include "heartlab/prepare/inputs.h"
#include "heartlab/prepare/output.h"
#include "heartlab/prepare/samples.h"
#include "heartlab/prepare/split.h"

namespace heartlab {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kMarker = "dataset.safetensors";  // what tells a data set's folder

void check(const PrepareOptions& options) {
  if (options.label_offset.size() != 2) {
    fail(ErrorKind::kUsage, "--label-offset: expected DX,DY, found {} values",
         options.label_offset.size());
  }
  if (options.window && options.robust) {
    fail(ErrorKind::kUsage, "--window and --robust: expected one of them");
  }
  if (options.n4 && options.window) {
    fail(ErrorKind::kUsage,
         "--n4 and --window: expected one of them; N4 changes the values that a "
         "window is about");
  }
  if (options.n4 && !has_bias_correction()) {
    fail(ErrorKind::kUnsupported,
         "--n4: not in this build of HeartLab, which is without ITK: build it with "
         "-DHEARTLAB_N4=ON");
  }
  if (!is_square_spacing(options.spacing)) {
    fail(ErrorKind::kUsage, "--spacing: expected 0, or {} to {} mm, found {}", kFinestSpacing,
         kCoarsestSpacing, options.spacing);
  }
  if (options.clahe != 0 && options.clahe < 1) {
    fail(ErrorKind::kUsage, "--clahe: expected 0 or a limit of at least 1, found {}",
         options.clahe);
  }
  if (options.partial_label_offset.size() != 2) {
    fail(ErrorKind::kUsage, "--partial-label-offset: expected DX,DY, found {} values",
         options.partial_label_offset.size());
  }
  if (!options.partial_labels.empty() && options.target != "myocardium") {
    fail(ErrorKind::kUsage,
         "--partial-labels: the endocardium alone is a whole label of the {}; give it as --labels",
         options.target);
  }
  if (options.partial_wall > options.partial_margin) {
    fail(ErrorKind::kUsage, "--partial-wall: expected at most --partial-margin, {} mm, found {}",
         options.partial_margin, options.partial_wall);
  }
  if (options.out.empty()) fail(ErrorKind::kUsage, "--out: expected a folder, found nothing");
}

// `skipped_before`: how many files had been skipped when the search for `what` began.
void require_some(std::size_t count, const char* what, const std::vector<Path>& paths,
                  const SkippedFiles& skipped, std::size_t skipped_before = 0) {
  if (count > 0) return;
  std::vector<std::string> names;
  for (const auto& path : paths) names.push_back(path.string());
  fail(ErrorKind::kBadInput, "{}: no {} found{}", fmt::join(names, ", "), what,
       skipped.reasons().size() == skipped_before
           ? ""
           : "; the first file: " + skipped.reasons()[skipped_before]);
}

// Of the reasons why images have no label, the first that says more than that.
const std::string& most_telling(const std::vector<std::string>& reasons) {
  const auto telling = std::ranges::find_if(
      reasons, [](const std::string& reason) { return !reason.ends_with(": no label"); });
  return telling == reasons.end() ? reasons.front() : *telling;
}

Json input_checksums(const std::vector<LabelledImage>& pairs) {
  std::map<std::string, Path> files;
  for (const auto& pair : pairs) {
    files[pair.image->input.file.generic_string()] = pair.image->input.file;
    for (const Label* label : {pair.mask, pair.endocardium, pair.epicardium}) {
      if (label != nullptr) files[label->input.file.generic_string()] = label->input.file;
    }
  }
  Json list = Json::array();
  for (const auto& [name, file] : files) {
    list.push_back({{"file", name}, {"sha256", sha256_of_file(file)}});
  }
  return list;
}

Json manifest_of(PrepareOptions options, const std::vector<LabelledImage>& pairs) {
  Json manifest = make_manifest("prepare");
  Json stated = options.table().to_json();
  stated.erase("out");
  manifest["options"] = std::move(stated);
  manifest["inputs"] = input_checksums(pairs);
  return manifest;
}

void assign_subsets(std::vector<PackedSample>& samples, const PrepareOptions& options) {
  std::vector<std::string> patients;
  for (const auto& packed : samples) {
    if (!packed.sample.partial) patients.push_back(packed.sample.patient);
  }
  const auto subsets = split_patients(
      patients, {options.split, options.validation_patients, options.test_patients, options.seed});
  for (auto& packed : samples) {
    const auto found = subsets.find(packed.sample.patient);
    packed.sample.subset = found == subsets.end() ? "train" : found->second;
  }
}

// Takes the partial samples out of the sides that judge; what was taken, as patient/stem.
std::vector<std::string> leave_out_partial(std::vector<PackedSample>& samples) {
  std::vector<std::string> names;
  std::erase_if(samples, [&](const PackedSample& packed) {
    const Sample& sample = packed.sample;
    if (!sample.partial || sample.subset == "train") return false;
    names.push_back(sample.patient + "/" + sample.stem);
    return true;
  });
  return names;
}

LabelFormat format_of(const PrepareOptions& options) {
  return {options.label_format, {options.structure_values, options.other_values}, options.matlab};
}

// Those masks show the endocardium and nothing else, whatever --labels' class maps hold.
LabelFormat partial_format_of(const PrepareOptions& options) {
  return {options.label_format, {}, options.matlab};
}

Preparation preparation_of(const PrepareOptions& options) {
  Preparation preparation;
  preparation.size = options.size;
  preparation.spacing = options.spacing;
  preparation.intensity = options.window ? "window" : options.robust ? "robust" : "minmax";
  preparation.n4 = options.n4;
  preparation.clahe = options.clahe;
  preparation.standardise = options.standardise;
  return preparation;
}

ClassOptions class_options(const PrepareOptions& options) {
  return {options.target,          preparation_of(options),         options.label_offset[0],
          options.label_offset[1], options.partial_label_offset[0], options.partial_label_offset[1],
          options.partial_wall,    options.partial_margin};
}

void describe(PrepareSummary& summary, const DatasetContents& contents) {
  std::set<std::string> patients;
  for (const auto& subset : {"train", "validation", "test"})
    summary.subsets.push_back({subset, 0, {}});
  for (const auto& packed : contents.samples) {
    const Sample& sample = packed.sample;
    const bool fresh = patients.insert(sample.patient).second;
    for (auto& subset : summary.subsets) {
      if (subset.name != sample.subset) continue;
      ++subset.images;
      if (fresh) subset.patients.push_back(sample.patient);
    }
    if (sample.dark) summary.dark_images.push_back(sample.patient + "/" + sample.stem);
    if (sample.partial) {
      ++summary.partial_images;
      continue;
    }
    summary.empty_labels +=
        static_cast<int>(std::ranges::count(packed.label.pixels, kStructureClass) == 0);
  }
  summary.patients = static_cast<int>(patients.size());
  summary.images = static_cast<int>(contents.samples.size());
  summary.mean_pixel = mean_pixel(contents.samples);
  summary.class_frequencies = class_frequencies(contents.samples);
}

}  // namespace

PrepareSummary prepare_dataset(const PrepareOptions& options) {
  check(options);
  SkippedFiles skipped(options.strict);
  const auto [image_files, label_files, partial_files] = list_apart(options, skipped);
  require_replaceable(options.out, kMarker);  // before the long work, not after it

  DatasetContents contents;
  contents.target = options.target;
  contents.preparation = preparation_of(options);

  const Sources sources = read_sources(image_files, contents.preparation, skipped);
  require_some(sources.images.size(), "image (DICOM or PNG)", options.images, skipped);
  const std::size_t bad_images = skipped.reasons().size();
  const auto labels = read_labels(label_files, format_of(options), skipped);
  require_some(labels.size(), "label", options.labels, skipped, bad_images);

  const auto partial_labels = read_labels(partial_files, partial_format_of(options), skipped);

  Pairing pairing = pair_labels(sources.images, labels, options.target);
  if (pairing.pairs.empty()) {
    fail(ErrorKind::kBadInput, "no image has a label for the {}: {}; {}", options.target,
         most_telling(pairing.unmatched_images),
         pairing.unmatched_labels.empty() ? "every label found an image"
                                          : pairing.unmatched_labels.front());
  }
  add_partial_labels(pairing, sources.images, partial_labels);
  const std::size_t bad_labels = skipped.reasons().size();
  contents.samples =
      make_samples(pairing.pairs, contents.preparation, class_options(options), skipped);
  const auto whole = std::ranges::count_if(
      contents.samples, [](const auto& packed) { return !packed.sample.partial; });
  require_some(static_cast<std::size_t>(whole), "label that fits its image", options.labels,
               skipped, bad_labels);
  assign_subsets(contents.samples, options);
  contents.preparation.mean = mean_pixel(contents.samples);
  if (options.standardise == "nyul") {
    contents.preparation.learn(training_values(contents.samples, contents.preparation));
  }

  PrepareSummary summary;
  summary.partial_left_out = leave_out_partial(contents.samples);
  summary.unmatched_images = pairing.unmatched_images;
  summary.unmatched_labels = pairing.unmatched_labels;
  summary.skipped = skipped.reasons();
  for (const auto* remarks : {&std::as_const(pairing.remarks), &sources.remarks}) {
    for (const auto& [remark, count] : *remarks) {
      summary.remarks.push_back(fmt::format("{} ({} images)", remark, count));
    }
  }
  describe(summary, contents);
  summary.still_dark = still_dark(contents.samples, contents.preparation);
  contents.summary = summary.to_json();
  contents.manifest = manifest_of(options, pairing.pairs);
  write_folder(options.out, kMarker, [&](const Path& folder) { write_contents(folder, contents); });
  return summary;
}

}  // namespace heartlab
