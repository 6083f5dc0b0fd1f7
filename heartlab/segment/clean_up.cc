#include "heartlab/segment/clean_up.h"

#include <algorithm>
#include <cmath>

#include "heartlab/core/error.h"
#include "heartlab/image/regions.h"
#include "heartlab/segment/topology.h"

namespace heartlab {

CrfOptions CleanUp::crf_options() const { return {crf[0], crf[1], crf[2], crf[3], crf[4]}; }

CleanUp CleanUp::times(double factor) const {
  CleanUp other = *this;
  other.smooth *= factor;
  if (!crf.empty()) {
    other.crf[1] *= factor;
    other.crf[4] *= factor;
  }
  return other;
}

void CleanUp::add_to(OptionTable& table) {
  table
      .add(
          "crf", crf,
          "Fully connected CRF over the answer: weight, pixels and grey values of the appearance "
          "kernel, weight and pixels of the smoothness kernel; pixels are of the network's square; "
          "empty = none")
      .range(0, 1000);
  table
      .add("smooth", smooth,
           "Smooth outlines by a Gaussian of these pixels of the network's square; 0 = none")
      .range(0, 50);
  table.add("largest", largest, "Of each mask keep the largest piece alone");
  table.add("ring", ring,
            "Myocardium: close gaps of its ring and fill every hole but the cavity in it");
  table.add("fill_holes", fill_holes, "Fill the holes of each mask; of a ring not its cavity");
}

nlohmann::ordered_json CleanUp::to_json() const {
  auto json = nlohmann::ordered_json::object();
  if (!crf.empty()) json["crf"] = crf;
  if (smooth > 0) json["smooth"] = smooth;
  if (largest) json["largest"] = true;
  if (ring) json["ring"] = true;
  if (fill_holes) json["fill_holes"] = true;
  return json;
}

void check_clean_up(const CleanUp& options, const std::string& target) {
  if (!options.crf.empty() && options.crf.size() != 5) {
    fail(ErrorKind::kUsage, "--crf: expected five numbers, found {}", options.crf.size());
  }
  if (!options.crf.empty() && (options.crf[1] <= 0 || options.crf[2] <= 0 || options.crf[4] <= 0)) {
    fail(ErrorKind::kUsage, "--crf: expected pixels and grey values above 0");
  }
  if (options.ring && target != "myocardium") {
    fail(ErrorKind::kUsage, "--ring: expected a model of the myocardium, found one of the {}",
         target);
  }
}

Image cleaned_probability(const GreyImage& image, Image probability, const CleanUp& options) {
  if (options.crf.empty()) return probability;
  return dense_crf(image, probability, options.crf_options());
}

Mask cleaned_mask(Mask mask, const std::string& target, const CleanUp& options) {
  if (options.smooth > 0) mask = smoothed(mask, options.smooth);
  if (options.largest) mask = largest_component(mask);
  if (options.ring) mask = closed_ring(mask);
  if (options.fill_holes) {
    mask = target == "myocardium" ? without_holes_but_largest(mask) : without_holes(mask);
  }
  return mask;
}

}  // namespace heartlab
