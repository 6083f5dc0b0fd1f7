#pragma once

#include <nlohmann/json.hpp>
#include <set>
#include <string>

namespace heartlab {

// What a network's own output says of the mask that was cut from it.
struct MaskEvidence {
  // The Dice of the mask with the network's probabilities, 2 sum(p in the mask) / (pixels of the
  // mask + sum(p)): 1 where the network has no doubt.
  double soft_dice = 0;
  double area = 0;  // of the mask, in pixels of the network's input; above 0
};

// How far one mask can be trusted: the Dice with a physician's contour that is to be expected,
//   logit(confidence) = intercept + slope logit(soft_dice) + area_slope log(area),
// fitted on patients that the network was not trained on (heartlab calibrate).
struct Confidence {
  double intercept = 0;
  double slope = 1;
  double area_slope = 0;
  nlohmann::ordered_json report;  // on whom it was fitted, and its error; for people

  double expected_dice(const MaskEvidence& evidence) const;  // 0 to 1

  std::set<std::string> patients() const;  // on whom it was fitted, by its report

  nlohmann::ordered_json to_json() const;
  // An Error where a coefficient is no number up to a million; `where` leads the message.
  static Confidence from_json(const nlohmann::ordered_json& json, const std::string& where);
};

// The logarithm of the odds; what lies near 0 or 1 is cut, so that it is finite.
double log_odds(double share);

}  // namespace heartlab
