#include <algorithm>
#include <map>

#include "heartlab/image/draw.h"
#include "heartlab/prepare/output.h"

namespace heartlab {
namespace {

constexpr std::size_t kPictures = 24;
constexpr int kPerRow = 6;

// Indices of up to kPictures samples: as many patients as possible, spread evenly over them and,
// within a patient, over the images; those that show the structure first.
std::vector<std::size_t> chosen(const std::vector<PackedSample>& samples) {
  std::map<std::string, std::vector<std::size_t>> by_patient;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    by_patient[samples[i].sample.patient].push_back(i);
  }
  std::vector<const std::vector<std::size_t>*> patients;
  for (const auto& [patient, indices] : by_patient) patients.push_back(&indices);

  const std::size_t count = std::min(kPictures, samples.size());
  const std::size_t shown = std::min(count, patients.size());
  std::vector<std::size_t> picked;
  for (std::size_t k = 0; k < shown; ++k) {
    const auto& images = *patients[k * patients.size() / shown];
    const std::size_t share = std::min(images.size(), (count + shown - 1 - k) / shown);
    for (std::size_t j = 0; j < share; ++j) {
      picked.push_back(images[(2 * j + 1) * images.size() / (2 * share)]);
    }
  }
  return picked;
}

Mask pixels_of(const Raster<std::uint8_t>& label, std::uint8_t value) {
  Mask mask(label.rows, label.columns);
  std::ranges::transform(label.pixels, mask.pixels.begin(), [value](std::uint8_t pixel) {
    return static_cast<std::uint8_t>(pixel == value);
  });
  return mask;
}

}  // namespace

ColourImage make_contact_sheet(const std::vector<PackedSample>& samples) {
  std::vector<ColourImage> pictures;
  std::vector<std::string> captions;
  for (const std::size_t index : chosen(samples)) {
    const auto& [sample, image, label] = samples[index];
    const Mask unknown =
        sample.partial ? pixels_of(label, kIgnoredClass) : Mask(label.rows, label.columns);
    pictures.push_back(overlay(image, pixels_of(label, kStructureClass), unknown));
    captions.push_back(sample.patient + " " + sample.stem + (sample.partial ? " partial" : ""));
  }
  return contact_sheet(pictures, captions, kPerRow);
}

}  // namespace heartlab
