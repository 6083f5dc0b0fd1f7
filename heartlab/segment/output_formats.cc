#include "heartlab/segment/output_formats.h"

#include <algorithm>

namespace heartlab {

namespace {

struct Named {
  const char* name;
  bool OutputFormats::*field;
};
constexpr Named kFormats[] = {
    {"json", &OutputFormats::json},   {"png", &OutputFormats::png},
    {"seg", &OutputFormats::seg},     {"rtstruct", &OutputFormats::rtstruct},
    {"nifti", &OutputFormats::nifti}, {"mat", &OutputFormats::mat}};

}  // namespace

std::vector<std::string> OutputFormats::names() {
  std::vector<std::string> all;
  for (const auto& [name, field] : kFormats) all.emplace_back(name);
  return all;
}

OutputFormats OutputFormats::of(const std::vector<std::string>& names) {
  OutputFormats formats;
  for (const auto& [name, field] : kFormats) {
    formats.*field = std::ranges::find(names, name) != names.end();
  }
  return formats;
}

std::vector<std::string> OutputFormats::chosen() const {
  std::vector<std::string> some;
  for (const auto& [name, field] : kFormats) {
    if (this->*field) some.emplace_back(name);
  }
  return some;
}

const std::vector<std::string>& result_endings() {
  static const std::vector<std::string> kEndings = {
      "_mask.png",      "_overlay.png", "_probability.png",
      "_contours.json", "_seg.dcm",     "_probability_seg.dcm",
      "_rtstruct.dcm",  "_mask.nii.gz", "_probability.nii.gz",
      "_contours.mat"};
  return kEndings;
}

bool is_result(const std::string& name) {
  return std::ranges::any_of(result_endings(), [&name](const std::string& ending) {
    return name.size() > ending.size() && name.ends_with(ending);
  });
}

bool is_table(const std::string& name) { return name == "areas.csv" || name == "manifest.json"; }

}  // namespace heartlab
