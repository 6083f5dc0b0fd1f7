#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace heartlab {

// A TOML document as JSON: tables as objects, keys in alphabetical order. `name` leads the Errors:
// where it is no TOML (kBadInput, with the line) or holds a date or a time (kUsage).
nlohmann::ordered_json parse_toml(const std::string& text, const std::string& name);

// An object of scalars and lists of them as TOML, a line a key; parse_toml() gives it back.
std::string toml_text(const nlohmann::ordered_json& object);

}  // namespace heartlab
