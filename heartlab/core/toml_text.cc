#include "heartlab/core/toml_text.h"

#include <toml++/toml.h>

#include "heartlab/core/error.h"

namespace heartlab {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const toml::node& node, const std::string& name, int depth = 0) {
  constexpr int kDeepest = 32;
  if (depth > kDeepest) {
    fail(ErrorKind::kBadInput, "{}: nested more than {} deep", name, kDeepest);
  }
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return number->get();
  if (const auto* number = node.as_floating_point()) return number->get();
  if (const auto* flag = node.as_boolean()) return flag->get();
  if (const auto* list = node.as_array()) {
    Json json = Json::array();
    for (const auto& item : *list) json.push_back(to_json(item, name, depth + 1));
    return json;
  }
  if (const auto* table = node.as_table()) {
    Json json = Json::object();
    for (const auto& [key, value] : *table) {
      json[std::string(key.str())] = to_json(value, name, depth + 1);
    }
    return json;
  }
  fail(ErrorKind::kUsage, "{}, line {}: expected text, a number or true/false", name,
       node.source().begin.line);
}

}  // namespace

Json parse_toml(const std::string& text, const std::string& name) {
  try {
    return to_json(toml::parse(text, name), name);
  } catch (const toml::parse_error& error) {
    fail(ErrorKind::kBadInput, "{}, line {}: not valid TOML: {}", name, error.source().begin.line,
         error.description());
  }
}

std::string toml_text(const Json& object) {
  std::string text;
  for (const auto& [key, value] : object.items()) text += key + " = " + value.dump() + "\n";
  return text;
}

}  // namespace heartlab
