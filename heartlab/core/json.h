#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "heartlab/core/error.h"

namespace heartlab {

// Deeper nesting than any file of HeartLab's has; copying and printing JSON calls itself once a
// level, so a stranger's file must not choose how deep.
inline constexpr int kDeepestJson = 64;

// JSON from a file that may be anybody's. An Error (kBadInput), led by `where`, where it is no JSON
// or nested too deep. `Json`: nlohmann::json or nlohmann::ordered_json.
template <typename Json>
Json parse_json(std::string_view text, const std::string& where) {
  const auto check_depth = [&where](int depth, typename Json::parse_event_t, Json&) {
    if (depth > kDeepestJson) {
      fail(ErrorKind::kBadInput, "{}: its JSON is nested more than {} deep", where, kDeepestJson);
    }
    return true;
  };
  try {
    return Json::parse(text.begin(), text.end(), check_depth);
  } catch (const typename Json::exception& error) {
    fail(ErrorKind::kBadInput, "{}: not JSON: {}", where, error.what());
  }
}

// A whole number of LOW to HIGH; `get<int>()` would wrap one that is larger. An Error (kBadInput),
// led by `where`, where it is anything else.
template <typename Json>
int whole_number(const Json& json, int low, int high, const std::string& where) {
  // One above 2^63 is stored as unsigned, and is no int64.
  const bool fits =
      json.is_number_integer() &&
      (!json.is_number_unsigned() || json.template get<std::uint64_t>() <= std::uint64_t{1} << 62);
  if (fits) {
    const auto value = json.template get<std::int64_t>();
    if (value >= low && value <= high) return static_cast<int>(value);
  }
  fail(ErrorKind::kBadInput, "{}: expected a whole number of {} to {}, found {}", where, low, high,
       json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

}  // namespace heartlab
