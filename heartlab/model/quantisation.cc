#include "heartlab/model/quantisation.h"

#include "heartlab/core/error.h"

namespace heartlab {
namespace {

using Json = nlohmann::ordered_json;

// As a float, and the float of one of the 255 steps of it.
bool is_range(double value) { return value >= 1e-30 && value <= 1e30; }

}  // namespace

Json Quantisation::to_json() const {
  Json ranges = Json::object();
  for (const auto& [name, range] : layers) ranges[name] = {range.source, range.result};
  return {{"layers", ranges}, {"report", report}};
}

Quantisation Quantisation::from_json(const Json& json, const std::string& where) {
  Quantisation quantisation;
  for (const auto& [name, range] : json.at("layers").items()) {
    const auto pair = range.get<std::vector<double>>();
    if (pair.size() != 2 || !is_range(pair[0]) || !is_range(pair[1])) {
      fail(ErrorKind::kBadInput, "{}: quantisation of {}: expected two positive numbers, found {}",
           where, name, range.dump());
    }
    quantisation.layers[name] = {pair[0], pair[1]};
  }
  quantisation.report = json.value("report", Json::object());
  return quantisation;
}

}  // namespace heartlab
