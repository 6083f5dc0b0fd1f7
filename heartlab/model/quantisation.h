#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>

namespace heartlab {

// What of a network is computed in 8 bits, found by calibration on a data set (heartlab quantize).
struct Quantisation {
  // The largest values that 8 bits are to hold before and after a convolution; larger ones are cut.
  struct Range {
    double source = 0;  // of values that are never negative
    double result = 0;  // of absolute values
  };
  // By the name of the convolution in the model file, without ".weight". A layer that is not named
  // is computed in bf16 or fp32.
  std::map<std::string, Range> layers;
  nlohmann::ordered_json report;  // how it was found and what it costs; for people

  bool empty() const { return layers.empty(); }
  nlohmann::ordered_json to_json() const;
  // An Error where a range is no positive number of 1e-30 to 1e30; `where` leads the message.
  static Quantisation from_json(const nlohmann::ordered_json& json, const std::string& where);
};

}  // namespace heartlab
