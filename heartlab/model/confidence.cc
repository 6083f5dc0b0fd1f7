#include "heartlab/model/confidence.h"

#include <algorithm>
#include <cmath>

#include "heartlab/core/error.h"

namespace heartlab {

using Json = nlohmann::ordered_json;

namespace {

constexpr double kLargestCoefficient = 1e6;  // what it makes of any mask is finite

}  // namespace

double log_odds(double share) {
  constexpr double kNearest = 1e-4;
  const double inside = std::clamp(share, kNearest, 1 - kNearest);
  return std::log(inside / (1 - inside));
}

double Confidence::expected_dice(const MaskEvidence& evidence) const {
  const double odds =
      intercept + slope * log_odds(evidence.soft_dice) + area_slope * std::log(evidence.area);
  return 1 / (1 + std::exp(-odds));
}

std::set<std::string> Confidence::patients() const {
  std::set<std::string> names;
  if (!report.is_object() || !report.contains("patients")) return names;
  for (const auto& patient : report.at("patients")) {
    if (patient.is_string()) names.insert(patient.get<std::string>());
  }
  return names;
}

Json Confidence::to_json() const {
  return {
      {"intercept", intercept}, {"slope", slope}, {"area_slope", area_slope}, {"report", report}};
}

Confidence Confidence::from_json(const Json& json, const std::string& where) {
  const auto coefficient = [&](const char* name) {
    const Json& value = json.at(name);
    if (!value.is_number() || !(std::abs(value.get<double>()) <= kLargestCoefficient)) {
      fail(ErrorKind::kBadInput, "{}: confidence: {}: expected a number of at most {}, found {}",
           where, name, kLargestCoefficient,
           value.dump(-1, ' ', false, Json::error_handler_t::replace));
    }
    return value.get<double>();
  };
  return {coefficient("intercept"), coefficient("slope"), coefficient("area_slope"),
          json.value("report", Json::object())};
}

}  // namespace heartlab
