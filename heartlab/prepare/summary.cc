#include "heartlab/prepare/builder.h"

namespace heartlab {

nlohmann::ordered_json PrepareSummary::to_json() const {
  nlohmann::ordered_json sides = nlohmann::ordered_json::object();
  for (const auto& subset : subsets) {
    sides[subset.name] = {{"images", subset.images}, {"patients", subset.patients}};
  }
  nlohmann::ordered_json json = {
      {"patients", patients},
      {"images", images},
      {"subsets", sides},
      {"mean_pixel", mean_pixel},
      {"class_frequencies",
       {{"structure", class_frequencies.at(0)}, {"background", class_frequencies.at(1)}}},
      {"empty_labels", empty_labels},
      {"dark_images", dark_images},
      {"still_dark", still_dark},
      {"unmatched_images", unmatched_images},
      {"unmatched_labels", unmatched_labels},
      {"skipped", skipped},
      {"remarks", remarks}};
  if (partial_images > 0 || !partial_left_out.empty()) {
    json["partial_images"] = partial_images;
    json["partial_left_out"] = partial_left_out;
  }
  return json;
}

}  // namespace heartlab
