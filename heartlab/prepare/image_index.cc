#include "heartlab/prepare/image_index.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <functional>

#include "heartlab/core/utf8.h"

namespace heartlab {
namespace {

namespace fs = std::filesystem;
using Found = std::vector<const SourceImage*>;

std::string full_path(const Path& file) {
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

}  // namespace

ImageIndex::ImageIndex(const std::vector<SourceImage>& images) {
  for (const auto& image : images) {
    all_.push_back(&image);
    std::set<std::string> names(image.input.folders.begin(), image.input.folders.end());
    names.insert(image.patient);
    for (const auto& name : names) by_name_[name].push_back(&image);
    by_full_path_[full_path(image.input.file)].push_back(&image);
    by_file_name_[image.input.file.filename().string()].push_back(&image);
    const Path below = Path(image.input.name).parent_path() / image.stem;
    by_path_below_[below.generic_string()].push_back(&image);
    patients_.insert(image.patient);
  }
}

Found ImageIndex::find(const Label& label) const {
  if (label.is_mask()) {
    const Found same_path = by_path(label);
    if (!same_path.empty()) return same_path;
    const std::string stem = clean_utf8(label.input.file.stem().string());
    return where(of_patient(label), [&](const auto& image) { return image.stem == stem; });
  }
  if (const Found stated = by_stated_path(label); !stated.empty()) return stated;
  if (label.contours.slice >= 0) return by_cell(label);
  if (label.contours.instance_number < 0) return {};
  return where(of_patient(label),
               [&](const auto& image) { return image.instance == label.contours.instance_number; });
}

Found ImageIndex::of_patient(const Label& label) const {
  std::vector<std::string> names{label.contours.patient};
  std::ranges::copy(label.input.folders, std::back_inserter(names));
  if (label_format_of(label.input.file) == "matlab") names.push_back(name_within(label));
  for (const auto& name : names) {
    const Found found = at_or_none(by_name_, name);
    if (!found.empty()) return found;
  }
  return patients_.size() == 1 ? all_ : Found{};
}

std::string ImageIndex::name_within(const Label& label) const {
  const std::string stem = label.input.file.stem().string();
  std::string longest;
  for (const auto& [name, images] : by_name_) {
    if (name.size() > longest.size() && holds_word(stem, name)) longest = name;
  }
  return longest;
}

Found ImageIndex::by_path(const Label& label) const {
  const Path name(label.input.name);
  const Path below = name.parent_path() / name.stem();
  return at_or_none(by_path_below_, below.generic_string());
}

Found ImageIndex::by_stated_path(const Label& label) const {
  const std::string& stated = label.contours.image_name;
  if (stated.empty()) return {};
  const int instance = label.contours.instance_number;
  const Path beside = label.input.file.parent_path() / stated;
  const Found exact = at_or_none(by_full_path_, full_path(beside));
  if (!exact.empty()) return frame_of(exact, instance);
  const std::string plain = plain_path(stated);
  const Found named = at_or_none(by_file_name_, Path(plain).filename().string());
  return frame_of(
      where(named,
            [&](const auto& image) { return full_path(image.input.file).ends_with("/" + plain); }),
      instance);
}

// Cell {slice, phase} of `phases` columns is the image whose place in the series, counted phase by
// phase and slice by slice, is slice x phases + phase: by InstanceNumber where the images have one.
Found ImageIndex::by_cell(const Label& label) const {
  const auto& contours = label.contours;
  Found images = of_patient(label);
  const int place = contours.slice * contours.phases + contours.phase;
  if (contours.phases < 1) return {};
  const auto complete = static_cast<std::size_t>(contours.slices * contours.phases);
  if (images.size() != complete) {
    return where(images, [&](const auto& image) { return image.instance == place + 1; });
  }
  std::ranges::stable_sort(images, [](const auto* a, const auto* b) {
    if (a->instance != b->instance) return a->instance < b->instance;
    const double here = a->geometry.distance_along_normal();
    const double there = b->geometry.distance_along_normal();
    return here != there ? here < there : a->trigger_time < b->trigger_time;
  });
  return {images[static_cast<std::size_t>(place)]};
}

}  // namespace heartlab
