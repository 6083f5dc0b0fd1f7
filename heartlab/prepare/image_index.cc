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
  return fs::absolute(file).lexically_normal().generic_string();
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

// What a label goes by where it is asked whether two are of one patient.
std::string stated_patient(const Label& label) {
  if (!label.contours.patient.empty()) return label.contours.patient;
  if (label_format_of(label.input.file) == "matlab") return stem_of(label.input.file);
  return label.input.folders.empty() ? "" : label.input.folders.front();
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
  std::set<std::string> patients, of_labels;
  for (const auto& image : images) {
    all_.push_back(&image);
    std::set<std::string> names(image.input.folders.begin(), image.input.folders.end());
    names.insert(image.patient);
    for (const auto& name : names) by_name_[name].push_back(&image);
    by_full_path_[full_text(image.input.file)].push_back(&image);
    by_file_name_[image.input.file.filename().string()].push_back(&image);
    const Path below = Path(image.input.name).parent_path() / image.stem;
    by_path_below_[below.generic_string()].push_back(&image);
    patients.insert(image.patient);
  }
  std::erase_if(by_name_, [](const auto& entry) { return !are_of_one_patient(entry.second); });
  for (const auto& label : labels) {
    of_labels.insert(stated_patient(label));
    for (const auto& folder : label.input.folders) {
      label_folders_[folder].insert(stated_patient(label));
    }
  }
  one_patient_ = patients.size() == 1 && of_labels.size() == 1;
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

Found ImageIndex::of_patient(const Label& label) const {
  const Found found = of_name(label);
  return found.empty() && one_patient_ ? all_ : found;
}

Found ImageIndex::of_name(const Label& label) const {
  std::vector<std::string> names{label.contours.patient};
  std::ranges::copy_if(
      label.input.folders, std::back_inserter(names),
      [this](const std::string& folder) { return label_folders_.at(folder).size() == 1; });
  if (label_format_of(label.input.file) == "matlab") names.push_back(name_within(label));
  for (const auto& name : names) {
    const Found found = at_or_none(by_name_, name);
    if (!found.empty()) return found;
  }
  return {};
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
  const Path below = Path(label.input.name).parent_path() / stem_of(label.input.file);
  const Found same_path = at_or_none(by_path_below_, below.generic_string());
  const Found named = of_name(label);
  if (named.empty()) return same_path;
  return where(same_path,
               [&](const auto& image) { return std::ranges::find(named, &image) != named.end(); });
}

Found ImageIndex::by_stated_path(const Label& label) const {
  const std::string& stated = label.contours.image_name;
  if (stated.empty()) return {};
  const int instance = label.contours.instance_number;
  const Path beside = label.input.file.parent_path() / stated;
  const Found exact = at_or_none(by_full_path_, full_text(beside));
  if (!exact.empty()) return frame_of(exact, instance);
  const std::string plain = plain_path(stated);
  const Found named = at_or_none(by_file_name_, Path(plain).filename().string());
  return frame_of(
      where(named,
            [&](const auto& image) { return full_text(image.input.file).ends_with("/" + plain); }),
      instance);
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
