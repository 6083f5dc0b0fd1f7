#include "heartlab/prepare/label_files.h"

#include <algorithm>
#include <cctype>

#include "heartlab/core/error.h"
#include "heartlab/core/interrupt.h"
#include "heartlab/core/progress.h"

namespace heartlab {
namespace {

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

std::vector<Label> read_one(const InputFile& input, const LabelFormat& format,
                            const std::string& kind, SkippedFiles& skipped) {
  std::vector<Label> labels;
  const auto skip = [&skipped](const Error& error) { skipped.guard([&] { throw error; }); };
  if (kind == "png") {
    labels.push_back({input, {}, read_mask_png(input.file, format.masks)});
  } else if (kind == "scd") {
    labels.push_back({input, read_scd_contour(input.file), {}});
  } else if (kind == "matlab") {
    for (auto& contours : read_matlab_contours(input.file, format.matlab, skip)) {
      labels.push_back({input, std::move(contours), {}});
    }
  } else {
    fail(ErrorKind::kBadInput,
         "{}: not a label: expected *.mat, *.png or IM-0001-NNNN-{{i,o}}contour-manual.txt",
         input.file.string());
  }
  return labels;
}

// What `heartlab segment` writes beside the contours that --write mat is for.
bool stands_beside_results(const Path& file) {
  return file.filename() == "areas.csv" || file.filename() == "manifest.json";
}

}  // namespace

std::string Label::name() const {
  if (contours.slice >= 0) {
    return fmt::format("{} cell {{{}, {}}}", input.file.string(), contours.slice + 1,
                       contours.phase + 1);
  }
  if (contours.instance_number >= 0 && label_format_of(input.file) != "scd") {
    return fmt::format("{} instance {}", input.file.string(), contours.instance_number);
  }
  return input.file.string();
}

std::string label_format_of(const Path& file) {
  if (is_scd_contour_name(file)) return "scd";
  if (is_png_name(file)) return "png";
  return lower(file.extension().string()) == ".mat" ? "matlab" : "";
}

bool is_automatic(const Label& label) {
  if (label_format_of(label.input.file) != "scd") return false;
  return lower(label.input.file.filename().string()).ends_with("-auto.txt") ||
         std::ranges::any_of(label.input.folders, [](const std::string& folder) {
           return lower(folder) == "contours-auto";
         });
}

void add_matlab_options(OptionTable& options, MatlabLayout& matlab) {
  options.add("matlab_variable", matlab.variable,
              "MATLAB: the variable with the contours; empty is the first that fits");
  options.add("matlab_endo", matlab.endo, "MATLAB: field of the inner contour");
  options.add("matlab_epi", matlab.epi, "MATLAB: field of the outer contour");
  options.add("matlab_instance", matlab.instance, "MATLAB: field of the InstanceNumber");
  options.add("matlab_image", matlab.image, "MATLAB: field of the image's path");
  options.add("matlab_origin", matlab.origin,
              "MATLAB: coordinate of the first pixel's centre, where the file does not state it");
}

std::vector<Label> read_labels(const std::vector<InputFile>& files, const LabelFormat& format,
                               SkippedFiles& skipped) {
  std::vector<Label> labels;
  Progress progress("Reading labels", files.size());
  for (std::size_t i = 0; i < files.size(); ++i) {
    stop_if_interrupted("reading labels; nothing was written");
    const std::string kind = label_format_of(files[i].file);
    if (stands_beside_results(files[i].file)) continue;
    if (format.format == "auto" || format.format == kind) {
      skipped.guard([&] {
        auto found = read_one(files[i], format, kind, skipped);
        std::ranges::move(found, std::back_inserter(labels));
      });
    }
    progress.update(i + 1);
  }
  return labels;
}

}  // namespace heartlab
