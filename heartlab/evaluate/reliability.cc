#include "heartlab/evaluate/reliability.h"

#include <algorithm>
#include <cmath>

namespace heartlab {
namespace {

using Json = nlohmann::ordered_json;

}  // namespace

Reliability reliability(const std::vector<Forecast>& forecasts) {
  constexpr int kBins = 10;
  Reliability result;
  result.images = static_cast<int>(forecasts.size());
  result.bins.resize(kBins);
  for (const auto& forecast : forecasts) {
    const int index = std::clamp(static_cast<int>(forecast.confidence * kBins), 0, kBins - 1);
    auto& bin = result.bins[static_cast<std::size_t>(index)];
    ++bin.images;
    bin.confidence += forecast.confidence;
    bin.dice += forecast.dice;
  }
  for (auto& bin : result.bins) {
    if (bin.images == 0) continue;
    result.expected_calibration_error += std::abs(bin.confidence - bin.dice) / result.images;
    bin.confidence /= bin.images;
    bin.dice /= bin.images;
  }
  return result;
}

Json Reliability::to_json() const {
  Json json{{"images", images},
            {"expected_calibration_error", expected_calibration_error},
            {"bins", Json::array()}};
  for (const auto& bin : bins) {
    if (bin.images == 0) continue;
    json["bins"].push_back(
        {{"images", bin.images}, {"confidence", bin.confidence}, {"dice", bin.dice}});
  }
  return json;
}

std::vector<Forecast> forecasts(const Evaluation& evaluation) {
  std::vector<Forecast> all;
  for (const auto& record : evaluation.records) {
    if (record.confidence) all.push_back({*record.confidence, record.dice});
  }
  return all;
}

}  // namespace heartlab
