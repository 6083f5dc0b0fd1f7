#include "tests/measure/fixture.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "heartlab/core/json.h"

namespace heartlab::testing {
namespace {

Outline disc(double radius) {
  constexpr int kPoints = 360;
  Contour contour;
  for (int i = 0; i < kPoints && radius > 0; ++i) {
    const double angle = 2 * std::numbers::pi * i / kPoints;
    contour.points.push_back({64 + radius * std::cos(angle), 64 + radius * std::sin(angle)});
  }
  return outline_of(contour);
}

}  // namespace

StackImage disc_slice(double position, double trigger_time, int instance, Discs discs) {
  StackImage image;
  image.name = fmt::format("image-{}", instance);
  image.geometry.in_patient = true;
  image.geometry.spacing = {1, 1};
  image.geometry.position = {0, 0, position};
  image.trigger_time = trigger_time;
  image.instance_number = instance;
  image.drawn.endocardium = disc(discs.inner);
  image.drawn.epicardium = disc(discs.outer);
  return image;
}

std::vector<StackImage> disc_stack(int slices, Discs diastole, Discs systole) {
  std::vector<StackImage> images;
  for (int s = 0; s < slices; ++s) {
    images.push_back(disc_slice(10.0 * s, 0, 2 * s + 1, diastole));
    images.push_back(disc_slice(10.0 * s, 300, 2 * s + 2, systole));
  }
  return images;
}

nlohmann::ordered_json measure_cohort(const Path& cohort, MeasureOptions options) {
  options.inputs = {cohort / "dicom"};
  options.labels = {cohort / "matlab"};
  measure_studies({}, options);
  const Path file = options.out / "measurements.json";
  return parse_json<nlohmann::ordered_json>(read_text(file), file.string());
}

bool names(const std::vector<std::string>& remarks, const std::vector<std::string>& words) {
  return std::ranges::any_of(remarks, [&](const std::string& remark) {
    return std::ranges::all_of(
        words, [&](const std::string& word) { return remark.find(word) != std::string::npos; });
  });
}

}  // namespace heartlab::testing
