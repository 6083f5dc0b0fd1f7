#include "heartlab/prepare/sources.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <filesystem>
#include <set>
#include <tuple>

#include "heartlab/core/error.h"
#include "heartlab/core/interrupt.h"
#include "heartlab/core/progress.h"
#include "heartlab/core/utf8.h"
#include "heartlab/core/walk.h"
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

void remark_on_window(const Preparation& preparation, double window_width, Sources& sources) {
  if (preparation.intensity != "window" || window_width > 0) return;
  ++sources.remarks["no window: minimum and maximum are taken"];
}

void read_one(const InputFile& input, const Preparation& preparation, Sources& sources) {
  if (is_png_name(input.file)) {
    sources.images.push_back(from_png(input, preparation));
    remark_on_window(preparation, 0, sources);
    return;
  }
  if (!looks_like_dicom(input.file)) {
    fail(ErrorKind::kBadInput, "{}: not an image: expected DICOM or PNG", input.file.string());
  }
  for (const auto& frame : read_dicom(input.file)) {
    sources.images.push_back(from_frame(input, frame, preparation));
    if (frame.patient_id.empty()) ++sources.remarks["no PatientID: the folder's name is taken"];
    for (const auto& remark : frame.remarks) ++sources.remarks[remark];
    remark_on_window(preparation, frame.window_width, sources);
  }
}

Path common_folder(const Path& one, const Path& other) {
  const auto [end, ignored] = std::ranges::mismatch(one, other);
  Path common;
  for (auto part = one.begin(); part != end; ++part) common /= *part;
  return common;
}

// The deepest folder that holds all files of each study without a PatientID.
std::map<std::string, Path> folders_of_studies(const std::vector<SourceImage>& images) {
  std::map<std::string, Path> folders;
  for (const auto& image : images) {
    const auto& [patient, study] = std::tie(image.dicom.place.patient, image.dicom.place.study);
    if (!patient.empty() || study.empty()) continue;
    const Path folder = full_path(image.input.file).parent_path();
    const auto [entry, fresh] = folders.try_emplace(study, folder);
    if (!fresh) entry->second = common_folder(entry->second, folder);
  }
  return folders;
}

// A folder's name, with those around it where another folder is called the same.
std::string distinct_name(Path folder, const std::map<std::string, Path>& others) {
  const auto ambiguous = [&](const Path& end) {
    return std::ranges::any_of(others, [&](const auto& other) {
      return other.second != folder &&
             other.second.generic_string().ends_with("/" + end.generic_string());
    });
  };
  Path name = folder.filename();
  for (Path above = folder.parent_path(); ambiguous(name) && above.has_filename();) {
    name = above.filename() / name;
    above = above.parent_path();
  }
  return folder_name(name.generic_string());
}

// One study is of one patient, whatever folders it lies in.
void name_by_study(std::vector<SourceImage>& images) {
  const auto folders = folders_of_studies(images);
  for (auto& image : images) {
    const auto& place = image.dicom.place;
    const auto folder = place.patient.empty() ? folders.find(place.study) : folders.end();
    if (folder == folders.end() || !folder->second.has_filename()) continue;
    image.patient = distinct_name(folder->second, folders);
  }
}

// 'A 1' and 'A/1' would both be A_1: the later one becomes A_1_2.
void keep_patients_apart(Sources& sources) {
  std::set<std::string> changed, taken;  // PatientIDs that are no folder's name; names
  for (const auto& image : sources.images) {
    const std::string& id = image.dicom.place.patient;
    if (id.empty() || id == image.patient) {
      taken.insert(image.patient);
    } else {
      changed.insert(id);
    }
  }
  std::map<std::string, std::string> names;
  for (const auto& id : changed) {
    std::string name = folder_name(id);
    for (int number = 2; !taken.insert(name).second; ++number) {
      name = fmt::format("{}_{}", folder_name(id), number);
    }
    names[id] = name;
  }
  for (auto& image : sources.images) {
    const auto name = names.find(image.dicom.place.patient);
    if (name == names.end() || name->second == image.patient) continue;
    ++sources.remarks[fmt::format("PatientID '{}' becomes {}, as {} is another patient",
                                  name->first, name->second, image.patient)];
    image.patient = name->second;
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

std::vector<InputFile> list_inputs(const std::vector<Path>& paths, SkippedFiles& skipped) {
  const auto skip = [&skipped](const Error& error) { skipped.guard([&] { throw error; }); };
  std::vector<InputFile> inputs;
  std::set<Path> seen;
  for (const auto& path : paths) {
    for (const auto& file : find_files(path, skip)) {
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
  name_by_study(sources.images);
  keep_patients_apart(sources);
  sources.images = in_geometric_order(std::move(sources.images));
  return sources;
}

}  // namespace heartlab
