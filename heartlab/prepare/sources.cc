#include "heartlab/prepare/sources.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <filesystem>
#include <set>

#include "heartlab/core/error.h"
#include "heartlab/core/interrupt.h"
#include "heartlab/core/progress.h"
#include "heartlab/core/utf8.h"
#include "heartlab/dicom/reader.h"
#include "heartlab/image/png.h"

namespace heartlab {
namespace {

namespace fs = std::filesystem;

// Absolute, without "." or a slash at its end; links are not followed, as their names count.
Path full_path(const Path& path) {
  const Path full = fs::absolute(path).lexically_normal();
  return full.filename().empty() ? full.parent_path() : full;
}

std::vector<std::string> folders_between(const Path& top, const Path& file) {
  std::vector<std::string> folders;
  Path folder = file.parent_path();
  while (folder != top && folder != folder.root_path()) {
    folders.push_back(folder.filename().string());
    folder = folder.parent_path();
  }
  if (!folder.filename().empty()) folders.push_back(folder.filename().string());
  return folders;
}

// What a folder of the data set may be called.
std::string folder_name(const std::string& bytes) {
  std::string name = clean_utf8(bytes);
  for (char& letter : name) {
    const auto code = static_cast<unsigned char>(letter);
    const bool good = code >= 0x80 || std::isalnum(code) != 0 || letter == '-' || letter == '_' ||
                      letter == '.' || letter == '+';
    if (!good) letter = '_';
  }
  if (name.starts_with('.')) name.front() = '_';
  return name;
}

int number_in(const std::string& text) {
  int number = -1;
  const char* end = text.data() + text.size();
  const auto [stop, code] = std::from_chars(text.data(), end, number);
  return code == std::errc() && stop == end && number >= 0 ? number : -1;
}

void make_grey(SourceImage& source, const Image& values, const Preparation& preparation,
               double window_centre = 0, double window_width = 0) {
  preparation.require_spacing(source.input.file.string(), source.geometry.spacing);
  source.grey = preparation.eight_bits(values, window_centre, window_width);
  Preparation plain = preparation;
  plain.n4 = false;
  plain.clahe = 0;
  if (plain.intensity == "robust") plain.intensity = "minmax";
  const bool is_plain = plain.n4 == preparation.n4 && plain.clahe == preparation.clahe &&
                        plain.intensity == preparation.intensity;
  source.brightness =
      brightness_of(is_plain ? source.grey : plain.eight_bits(values, window_centre, window_width));
}

SourceImage from_png(const InputFile& input, const Preparation& preparation) {
  SourceImage source;
  source.input = input;
  source.patient = folder_name(input.folders.empty() ? "patient" : input.folders.front());
  source.stem = clean_utf8(stem_of(input.file));
  source.instance = number_in(source.stem);
  make_grey(source, read_png_deep(input.file), preparation);
  return source;
}

SourceImage from_frame(const InputFile& input, const DicomFrame& frame,
                       const Preparation& preparation) {
  SourceImage source;
  source.input = input;
  source.patient = folder_name(frame.patient_id);
  if (source.patient.empty() && !input.folders.empty()) {
    source.patient = folder_name(input.folders.front());
  }
  source.stem = clean_utf8(stem_of(input.file));
  source.instance = frame.instance_number;
  if (frame.frames > 1) {
    source.stem += fmt::format("_f{:04}", frame.frame + 1);
    source.instance = frame.frame + 1;
  }
  source.dicom = source_of(frame);
  source.series = frame.series_uid;
  source.trigger_time = frame.trigger_time;
  source.heart_interval = frame.heart_interval;
  source.geometry = frame.geometry;
  make_grey(source, frame.image, preparation, frame.window_centre, frame.window_width);
  return source;
}

void read_one(const InputFile& input, const Preparation& preparation, Sources& sources) {
  if (is_png_name(input.file)) {
    sources.images.push_back(from_png(input, preparation));
    return;
  }
  if (!looks_like_dicom(input.file)) {
    fail(ErrorKind::kBadInput, "{}: not an image: expected DICOM or PNG", input.file.string());
  }
  for (const auto& frame : read_dicom(input.file)) {
    sources.images.push_back(from_frame(input, frame, preparation));
    if (frame.patient_id.empty()) ++sources.remarks["no PatientID: the folder's name is taken"];
    for (const auto& remark : frame.remarks) ++sources.remarks[remark];
  }
}

std::vector<SourceImage> in_geometric_order(std::vector<SourceImage> images) {
  std::vector<FramePlace> places;
  for (const auto& image : images) places.push_back(image.place());
  std::vector<SourceImage> ordered;
  for (const std::size_t i : geometric_order(places)) ordered.push_back(std::move(images[i]));
  return ordered;
}

}  // namespace

bool is_png_name(const Path& file) {
  std::string ending = file.extension().string();
  std::ranges::transform(ending, ending.begin(), [](unsigned char c) { return std::tolower(c); });
  return ending == ".png";
}

std::vector<InputFile> list_inputs(const std::vector<Path>& paths) {
  std::vector<InputFile> inputs;
  std::set<Path> seen;
  for (const auto& path : paths) {
    for (const auto& file : list_files(path)) {
      if (file != path && file.filename().string().starts_with('.')) continue;
      std::error_code code;
      const Path real = fs::canonical(file, code);
      if (!seen.insert(code ? file : real).second) continue;
      const Path full = full_path(file);
      const Path top = fs::is_directory(path) ? full_path(path) : full.parent_path();
      inputs.push_back({file, clean_utf8(full.lexically_relative(top).generic_string()),
                        folders_between(top, full)});
    }
  }
  return inputs;
}

FramePlace SourceImage::place() const {
  return {patient, "", series, geometry, trigger_time, instance, 0, input.file};
}

Sources read_sources(const std::vector<InputFile>& files, const Preparation& preparation,
                     SkippedFiles& skipped) {
  Sources sources;
  Progress progress("Reading images", files.size());
  for (std::size_t i = 0; i < files.size(); ++i) {
    stop_if_interrupted("reading images; nothing was written");
    skipped.guard([&] { read_one(files[i], preparation, sources); });
    progress.update(i + 1);
  }
  sources.images = in_geometric_order(std::move(sources.images));
  return sources;
}

}  // namespace heartlab
