#include "heartlab/prepare/image_index.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <functional>
#include <numeric>
#include <tuple>

#include "heartlab/core/utf8.h"

namespace heartlab {
namespace {

namespace fs = std::filesystem;
using Found = std::vector<const SourceImage*>;

std::string full_text(const Path& file) {
  // The folder of a bare file name is the one that the program was called in.
  return fs::absolute(file.empty() ? Path(".") : file).lexically_normal().generic_string();
}

Found where(const Found& images, const std::function<bool(const SourceImage&)>& fits) {
  Found found;
  std::ranges::copy_if(images, std::back_inserter(found), [&](const auto* i) { return fits(*i); });
  return found;
}

template <typename Map>
Found at_or_none(const Map& map, const std::string& key) {
  const auto entry = map.find(key);
  return entry == map.end() ? Found{} : entry->second;
}

// A path as a label states it, without what leads out of a folder.
std::string plain_path(std::string stated) {
  std::ranges::replace(stated, '\\', '/');
  stated = Path(stated).lexically_normal().generic_string();
  while (stated.starts_with("../")) stated.erase(0, 3);
  return stated;
}

// Below the input folder, without the ending.
std::string path_below(const Label& label) {
  return (Path(label.input.name).parent_path() / stem_of(label.input.file)).generic_string();
}

// The patient that the label itself states; of a text contour it is its folder's name alone.
std::string stated_patient(const Label& label) {
  return label_format_of(label.input.file) == "matlab" ? label.contours.patient : "";
}

std::set<std::string> names_of(const SourceImage& image) {
  std::set<std::string> names(image.input.folders.begin(), image.input.folders.end());
  names.insert(image.patient);
  if (!image.dicom.place.patient.empty()) names.insert(image.dicom.place.patient);
  return names;
}

// Whether `word` stands in `text` with no letter or digit beside it.
bool holds_word(const std::string& text, const std::string& word) {
  const auto part_of_word = [&](std::size_t place) {
    return place < text.size() && std::isalnum(static_cast<unsigned char>(text[place])) != 0;
  };
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    if (!part_of_word(at - 1) && !part_of_word(at + word.size())) return true;
  }
  return false;
}

// Among the frames of one file, the one that the label means.
Found frame_of(const Found& images, int instance) {
  if (images.size() < 2 || instance < 0) return images;
  return where(images, [&](const auto& image) { return image.instance == instance; });
}

bool are_of_one_patient(const Found& images) {
  return std::ranges::all_of(
      images, [&](const auto* image) { return image->patient == images.front()->patient; });
}

Found in_both(const Found& images, const Found& others) {
  return where(
      images, [&](const auto& image) { return std::ranges::find(others, &image) != others.end(); });
}

bool is_matlab(const Label& label) { return label_format_of(label.input.file) == "matlab"; }

// The label's own folder and, of a MATLAB file, the patient that it states, else the file: labels
// that differ in it may be of two patients.
std::string origin_of(const Label& label) {
  const std::string folder = full_text(label.input.file.parent_path());
  if (!is_matlab(label)) return folder;
  const std::string patient = stated_patient(label);
  return folder + "\n" + (patient.empty() ? stem_of(label.input.file) : patient);
}

// What a patient has once for an image; he may have a folder for each.
std::vector<std::string> kinds_of(const Label& label) {
  if (label.is_mask()) return {"mask"};
  const std::string by = is_automatic(label) ? "auto" : "manual";
  std::vector<std::string> kinds;
  if (!label.contours.endocardium.points.empty()) kinds.push_back("inner " + by);
  if (!label.contours.epicardium.points.empty()) kinds.push_back("outer " + by);
  return kinds;
}

bool one_each(const std::map<std::string, std::set<std::string>>& origins) {
  return std::ranges::all_of(origins,
                             [](const auto& of_kind) { return of_kind.second.size() == 1; });
}

// The label's folders from this one on, as a path.
std::string way_to(const Label& label, std::size_t level) {
  const auto& folders = label.input.folders;
  return fmt::format(
      "{}", fmt::join(folders.begin() + static_cast<std::ptrdiff_t>(level), folders.end(), "/"));
}

// A series slice by slice and, in a slice, phase by phase, where geometry tells slices of `phases`
// images apart; else as its images are numbered.
Found in_cell_order(Found images, int phases) {
  std::vector<FramePlace> places;
  for (const auto* image : images) places.push_back(image->place());
  const std::vector<int> slices = slice_numbers(places);
  std::map<int, std::vector<std::size_t>> by_slice;
  for (std::size_t i = 0; i < images.size(); ++i) by_slice[slices[i]].push_back(i);
  const bool regular = std::ranges::all_of(by_slice, [&](const auto& slice) {
    return slice.second.size() == static_cast<std::size_t>(phases);
  });
  std::vector<int> first(images.size());  // the lowest number in the image's slice
  for (std::size_t i = 0; i < images.size(); ++i) {
    first[i] = images[i]->instance;
    if (!regular) continue;
    for (const std::size_t other : by_slice[slices[i]]) {
      first[i] = std::min(first[i], images[other]->instance);
    }
  }
  std::vector<std::size_t> order(images.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) {
    const SourceImage& image = *images[i];
    return std::tuple(first[i], regular ? slices[i] : 0, regular ? image.trigger_time : 0.0,
                      image.instance);
  });
  Found ordered;
  for (const std::size_t i : order) ordered.push_back(images[i]);
  return ordered;
}

}  // namespace

ImageIndex::ImageIndex(const std::vector<SourceImage>& images, const std::vector<Label>& labels) {
  for (const auto& image : images) add(image);
  std::erase_if(by_name_, [](const auto& entry) { return !are_of_one_patient(entry.second); });
  std::set<std::string> origins;
  for (const auto& label : labels) {
    origins.insert(origin_of(label));
    add(label);
  }
  one_origin_ = origins.size() == 1;
  one_patient_ = one_origin_ && !all_.empty() && are_of_one_patient(all_);
}

void ImageIndex::add(const SourceImage& image) {
  all_.push_back(&image);
  for (const auto& name : names_of(image)) by_name_[name].push_back(&image);
  by_full_path_[full_text(image.input.file)].push_back(&image);
  by_file_name_[image.input.file.filename().string()].push_back(&image);
  const Path below = Path(image.input.name).parent_path() / image.stem;
  by_path_below_[below.generic_string()].push_back(&image);
}

void ImageIndex::add(const Label& label) {
  const std::string origin = origin_of(label);
  std::set<std::string> patients;  // by the names that stand further in
  const auto add_patient_of = [&](const std::string& name) {
    const Found found = at_or_none(by_name_, name);
    if (!found.empty()) patients.insert(found.front()->patient);
  };
  add_patient_of(stated_patient(label));
  for (std::size_t level = 0; level < label.input.folders.size(); ++level) {
    const std::string& folder = label.input.folders[level];
    LabelFolder& known = label_folders_[folder];
    known.patients.insert(patients.begin(), patients.end());
    for (const auto& kind : kinds_of(label)) known.origins[kind].insert(origin);
    known.ways.insert(way_to(label, level));
    add_patient_of(folder);
  }
  if (is_matlab(label)) {
    const std::string folder = full_text(label.input.file.parent_path());
    Origins& origins = within_origins_[name_within(label)];
    for (const auto& kind : kinds_of(label)) origins[kind].insert(folder);
  }
  if (label.is_mask()) mask_origins_[path_below(label)].insert(origin);
  auto& stating = stated_origins_[plain_path(label.contours.image_name)];
  for (const auto& kind : kinds_of(label)) stating[kind].insert(origin);
}

Found ImageIndex::find(const Label& label) const {
  if (label.is_mask()) {
    const Found same_path = by_path(label);
    if (!same_path.empty()) return same_path;
    const std::string stem = clean_utf8(stem_of(label.input.file));
    return where(of_patient(label), [&](const auto& image) { return image.stem == stem; });
  }
  if (const Found stated = by_stated_path(label); !stated.empty()) return stated;
  if (label.contours.slice >= 0) return by_cell(label);
  if (label.contours.instance_number < 0) return {};
  return where(of_patient(label),
               [&](const auto& image) { return image.instance == label.contours.instance_number; });
}

std::string ImageIndex::other_patient(const Label& label, const SourceImage& image) const {
  const std::string stated = stated_patient(label);
  const std::string& own = image.dicom.place.patient;
  if (stated.empty() || names_of(image).contains(stated)) return "";
  if (!own.empty()) return own;
  return one_origin_ || !of_name(label).empty() ? "" : image.patient;
}

bool ImageIndex::is_nameless(const Label& label) const {
  const bool path = label.is_mask() ? !by_path(label).empty() : !by_stated_path(label).empty();
  return !path && of_name(label).empty();
}

Found ImageIndex::of_patient(const Label& label) const {
  const Found found = of_name(label);
  return found.empty() && one_patient_ ? all_ : found;
}

Found ImageIndex::of_name(const Label& label) const {
  if (Found stated = at_or_none(by_name_, stated_patient(label)); !stated.empty()) return stated;
  Found found;
  std::set<std::string> patients;
  for (std::size_t level = 0; level < label.input.folders.size(); ++level) {
    const Found named = at_or_none(by_name_, label.input.folders[level]);
    if (named.empty()) continue;
    patients.insert(named.front()->patient);
    if (found.empty() && may_name(label, level, named)) found = named;
  }
  if (patients.size() > 1) return {};
  return found.empty() && is_matlab(label) ? of_name_within(label, patients) : found;
}

// Files of one name in several folders may be of several patients, save where the name is the
// PatientID itself.
Found ImageIndex::of_name_within(const Label& label, const std::set<std::string>& patients) const {
  const std::string name = name_within(label);
  const Found named = at_or_none(by_name_, name);
  if (named.empty()) return {};
  const SourceImage& first = *named.front();
  if (!patients.empty() && !patients.contains(first.patient)) return {};
  const bool told = one_each(within_origins_.at(name)) || first.dicom.place.patient == name;
  return told ? named : Found();
}

// Not where labels below it bear another's name further in. Where several folders below it hold
// labels of one kind, it may be the folder of several patients: not either, save where the images
// are in the same folder below it, or it is the PatientID itself.
bool ImageIndex::may_name(const Label& label, std::size_t level, const Found& images) const {
  const std::string& folder = label.input.folders[level];
  const SourceImage& first = *images.front();
  const LabelFolder& known = label_folders_.at(folder);
  for (const auto& patient : known.patients) {
    if (patient != first.patient) return false;
  }
  if (one_each(known.origins) || first.dicom.place.patient == folder) return true;
  if (level == 0 || known.ways.size() > 1) return false;
  const std::string& inner = label.input.folders[level - 1];
  return std::ranges::any_of(images, [&](const auto* image) {
    const auto& folders = image->input.folders;
    return std::ranges::find(folders, inner) != folders.end();
  });
}

std::string ImageIndex::name_within(const Label& label) const {
  const std::string stem = stem_of(label.input.file);
  std::string longest;
  for (const auto& [name, images] : by_name_) {
    if (name.size() > longest.size() && holds_word(stem, name)) longest = name;
  }
  return longest;
}

// The same path below two input folders may be two patients: names, where they tell, decide.
Found ImageIndex::by_path(const Label& label) const {
  const std::string below = path_below(label);
  const Found same_path = at_or_none(by_path_below_, below);
  const Found named = of_name(label);
  if (!named.empty()) return in_both(same_path, named);
  return mask_origins_.at(below).size() == 1 ? same_path : Found();
}

// A path from the label's folder is one file. The end of a path may be that of several patients:
// names, where they tell, decide; a bare file name that labels of two origins state tells nothing.
Found ImageIndex::by_stated_path(const Label& label) const {
  const std::string& stated = label.contours.image_name;
  if (stated.empty()) return {};
  const int instance = label.contours.instance_number;
  const Path beside = label.input.file.parent_path() / stated;
  const Found exact = at_or_none(by_full_path_, full_text(beside));
  if (!exact.empty()) return frame_of(exact, instance);
  const std::string plain = plain_path(stated);
  const Found ends =
      where(at_or_none(by_file_name_, Path(plain).filename().string()),
            [&](const auto& image) { return full_text(image.input.file).ends_with("/" + plain); });
  const Found named = of_name(label);
  const bool bare = plain.find('/') == std::string::npos;
  if (named.empty() && bare && !one_each(stated_origins_.at(plain))) return {};
  const Found found = frame_of(named.empty() ? ends : in_both(ends, named), instance);
  if (found.size() < 2 || instance < 0) return found;
  const Found closer = where(in_both(found, of_patient(label)),
                             [&](const auto& image) { return image.instance == instance; });
  return closer.empty() ? found : closer;
}

// Cell {slice, phase} of a whole series is found by geometry: slices in the order in which they
// were numbered, a slice's images by trigger time. Of a thinned series, whose images keep their
// numbers, it is the image whose InstanceNumber counts phase by phase and slice by slice.
Found ImageIndex::by_cell(const Label& label) const {
  const auto& contours = label.contours;
  if (contours.phases < 1) return {};
  const Found images = of_patient(label);
  const auto complete = static_cast<std::size_t>(contours.slices * contours.phases);
  const int place = contours.slice * contours.phases + contours.phase;
  std::map<std::string, Found> by_series;
  for (const auto* image : images) by_series[image->series].push_back(image);
  Found found;
  for (const auto& [series, of_series] : by_series) {
    if (of_series.size() != complete) continue;
    found.push_back(in_cell_order(of_series, contours.phases)[static_cast<std::size_t>(place)]);
  }
  if (!found.empty()) return found;
  return where(images, [&](const auto& image) { return image.instance == place + 1; });
}

}  // namespace heartlab
