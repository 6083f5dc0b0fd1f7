#include "heartlab/prepare/pairing.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <set>
#include <tuple>

#include "heartlab/prepare/image_index.h"

namespace heartlab {
namespace {

// Why the label cannot belong to the one image found; empty where it can.
std::string contradiction(const Label& label, const SourceImage& image, const ImageIndex& index) {
  if (const std::string other = index.other_patient(label, image); !other.empty()) {
    return fmt::format("it states patient {}, {} is of {}", label.contours.patient,
                       image.input.file.string(), other);
  }
  const int stated = label.contours.instance_number;
  if (!image.series.empty() && stated >= 0 && image.instance >= 0 && stated != image.instance) {
    return fmt::format("it states instance {}, {} has {}", stated, image.input.file.string(),
                       image.instance);
  }
  return "";
}

// Takes the slot for `label`; where another label holds it, says so.
std::string take(const Label*& slot, const Label& label, const SourceImage& image) {
  if (slot == nullptr) {
    slot = &label;
    return "";
  }
  return fmt::format("{} is already labelled by {}", image.input.file.string(), slot->name());
}

std::string assign(LabelledImage& pair, const Label& label) {
  const SourceImage& image = *pair.image;
  if (label.is_mask()) {
    const Label* contour = pair.endocardium != nullptr ? pair.endocardium : pair.epicardium;
    if (contour != nullptr) return take(contour, label, image);
    return take(pair.mask, label, image);
  }
  if (pair.mask != nullptr) return take(pair.mask, label, image);
  std::string reason;
  if (!label.contours.endocardium.points.empty()) reason = take(pair.endocardium, label, image);
  if (!label.contours.epicardium.points.empty()) {
    const std::string second = take(pair.epicardium, label, image);
    if (reason.empty()) reason = second;
  }
  return reason;
}

std::string sought(const Label& label) {
  const auto& [contours, folders] = std::tie(label.contours, label.input.folders);
  if (label.is_mask()) {
    return fmt::format("no image {}/{}", folders.empty() ? "" : folders.front(),
                       stem_of(label.input.file));
  }
  const std::string patient =
      contours.patient.empty() ? "its patient" : "patient " + contours.patient;
  if (contours.instance_number >= 0) {
    return fmt::format("no image of {} has instance {}", patient, contours.instance_number);
  }
  if (contours.slice >= 0) return fmt::format("no image of {} is in this place", patient);
  return fmt::format("it states neither an instance nor the path of an image that is here");
}

// Finds the label's image and gives it to it; else the reason why not.
std::string match(const Label& label, const ImageIndex& index,
                  std::map<const SourceImage*, LabelledImage>& taken) {
  const auto found = index.find(label);
  if (found.empty()) return sought(label);
  if (found.size() > 1) {
    return fmt::format("{} images fit: {}, {}{}", found.size(), found[0]->input.file.string(),
                       found[1]->input.file.string(), found.size() > 2 ? ", ..." : "");
  }
  const SourceImage& image = *found.front();
  if (const std::string reason = contradiction(label, image, index); !reason.empty()) return reason;
  LabelledImage& pair = taken[&image];
  pair.image = &image;
  return assign(pair, label);
}

// What the image lacks for the target; empty where it is complete.
std::string lacking(const LabelledImage& pair, const std::string& target) {
  if (pair.mask != nullptr) return "";
  if (pair.endocardium == nullptr && pair.epicardium == nullptr) return "no label";
  if (target == kEitherContour) return "";
  if (pair.endocardium == nullptr) {
    return fmt::format("epicardium only; the {} needs the endocardium", target);
  }
  if (target == "myocardium" && pair.epicardium == nullptr) {
    return "endocardium only; the myocardium needs both contours";
  }
  return "";
}

// Automatic contours come last: they are for what has no manual one.
std::vector<const Label*> manual_first(const std::vector<Label>& labels) {
  std::vector<const Label*> ordered;
  for (const bool automatic : {false, true}) {
    for (const auto& label : labels) {
      if (is_automatic(label) == automatic) ordered.push_back(&label);
    }
  }
  return ordered;
}

bool has_any(const LabelledImage& pair, const std::function<bool(const Label&)>& property) {
  return std::ranges::any_of(
      std::array{pair.mask, pair.endocardium, pair.epicardium},
      [&](const Label* label) { return label != nullptr && property(*label); });
}

void add_remarks(Pairing& pairing, const ImageIndex& index) {
  for (const auto& pair : pairing.pairs) {
    if (has_any(pair, is_automatic)) {
      ++pairing.remarks["no manual contour: the automatic one is taken"];
    }
    if (has_any(pair, [&](const Label& label) { return index.is_nameless(label); })) {
      ++pairing.remarks[fmt::format(
          "no patient's name on the labels: taken for those of {}, the one patient of all images",
          pair.image->patient)];
    }
  }
}

}  // namespace

Pairing pair_labels(const std::vector<SourceImage>& images, const std::vector<Label>& labels,
                    const std::string& target) {
  const ImageIndex index(images, labels);
  std::map<const SourceImage*, LabelledImage> taken;
  Pairing pairing;
  for (const Label* label : manual_first(labels)) {
    const std::string reason = match(*label, index, taken);
    if (!reason.empty()) pairing.unmatched_labels.push_back(label->name() + ": " + reason);
  }
  for (const auto& image : images) {
    const LabelledImage pair = taken[&image];
    const std::string reason = lacking(pair, target);
    if (reason.empty()) {
      pairing.pairs.push_back(pair);
    } else {
      pairing.unmatched_images.push_back(image.input.file.string() + ": " + reason);
    }
  }
  add_remarks(pairing, index);
  return pairing;
}

void add_partial_labels(Pairing& pairing, const std::vector<SourceImage>& images,
                        const std::vector<Label>& labels) {
  std::set<const SourceImage*> whole;
  for (const auto& pair : pairing.pairs) whole.insert(pair.image);
  Pairing partial = pair_labels(images, labels, "cavity");
  std::set<std::string> found;
  for (auto& pair : partial.pairs) {
    if (whole.contains(pair.image)) continue;
    pair.epicardium = nullptr;
    pair.partial = true;
    pairing.pairs.push_back(pair);
    found.insert(pair.image->input.file.string());
  }
  std::ranges::sort(pairing.pairs, {}, &LabelledImage::image);  // the order of `images`
  std::erase_if(pairing.unmatched_images, [&](const std::string& line) {
    return found.contains(line.substr(0, line.rfind(": ")));
  });
  for (const auto& [remark, count] : partial.remarks) pairing.remarks[remark] += count;
  auto& unmatched = pairing.unmatched_labels;
  for (auto& line : partial.unmatched_labels) {
    if (std::ranges::find(unmatched, line) == unmatched.end()) unmatched.push_back(line);
  }
}

}  // namespace heartlab
