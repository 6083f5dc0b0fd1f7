#include "heartlab/search/space.h"

#include <algorithm>
#include <cmath>

#include "heartlab/core/error.h"
#include "heartlab/core/toml_text.h"

namespace heartlab {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kOwnKeys[] = {"iterations", "seed"};

std::string text_of(const Json& value, const std::string& where) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_float()) return fmt::format("{}", value.get<double>());
  if (value.is_number_integer() || value.is_boolean()) return value.dump();
  fail(ErrorKind::kUsage, "{}: expected text, a number or true/false, found {}", where,
       value.dump());
}

const Option& option_of(const OptionTable& table, const std::string& key, const std::string& name) {
  std::vector<std::string> keys;
  for (const auto& option : table.options()) {
    if (option.key == key) return option;
    keys.push_back(option.key);
  }
  const std::string near = nearest_word(key, keys);
  fail(ErrorKind::kUsage, "{}: unknown key '{}'{}", name, key,
       near.empty() ? "" : fmt::format("; did you mean '{}'?", near));
}

double number_of(const Json& table, const char* key, const std::string& where) {
  const auto found = table.find(key);
  if (found != table.end() && found->is_number()) return found->get<double>();
  fail(ErrorKind::kUsage, "{}: expected numbers min and max, found {}", where, table.dump());
}

std::string number_text(double value, bool whole) {
  return whole ? fmt::format("{}", std::llround(value)) : fmt::format("{}", value);
}

}  // namespace

SearchSpace::Dimension SearchSpace::choices(const std::string& key, const Json& list,
                                            const std::string& where) {
  Dimension dimension;
  dimension.key = key;
  for (const auto& entry : list) {
    std::vector<std::string> items;
    if (entry.is_array()) {
      for (const auto& item : entry) items.push_back(text_of(item, where));
    } else {
      items.push_back(text_of(entry, where));
    }
    dimension.choices.push_back(std::move(items));
  }
  if (dimension.choices.empty()) fail(ErrorKind::kUsage, "{}: nothing to choose from", where);
  return dimension;
}

SearchSpace::Dimension SearchSpace::range(const Option& option, const Json& table,
                                          const std::string& where) {
  for (const auto& [key, value] : table.items()) {
    if (key == "min" || key == "max" || (key == "log" && value.is_boolean())) continue;
    fail(ErrorKind::kUsage, "{}: expected min, max and log = true or false, found {} = {}", where,
         key, value.dump());
  }
  Dimension dimension;
  dimension.key = option.key;
  dimension.low = number_of(table, "min", where);
  dimension.high = number_of(table, "max", where);
  dimension.logarithmic = table.value("log", false);
  dimension.whole = option.type.ends_with("integer");
  if (!dimension.whole && !option.type.ends_with("number")) {
    fail(ErrorKind::kUsage, "{}: takes {}, so expected a list of choices, found min and max", where,
         option.type);
  }
  if (dimension.low > dimension.high) {
    fail(ErrorKind::kUsage, "{}: min {} is above max {}", where, dimension.low, dimension.high);
  }
  if (dimension.logarithmic && dimension.low <= 0) {
    fail(ErrorKind::kUsage, "{}: log needs a min above 0, found {}", where, dimension.low);
  }
  return dimension;
}

SearchSpace::SearchSpace(const std::string& text, const std::string& name) {
  TrainOptions scratch;
  OptionTable table = scratch.table();
  const Json file = parse_toml(text, name);
  for (const auto& [key, value] : file.items()) {
    const std::string where = name + ": " + key;
    const Option& option = option_of(table, key, name);
    if (std::ranges::find(kOwnKeys, key) != std::end(kOwnKeys)) {
      fail(ErrorKind::kUsage, "{}: belongs to the search itself and cannot be drawn", where);
    }
    if (value.is_array()) {
      dimensions_.push_back(choices(key, value, where));
    } else if (value.is_object()) {
      dimensions_.push_back(range(option, value, where));
    } else {
      fail(ErrorKind::kUsage,
           "{}: expected a list of choices or {{ min = ..., max = ... }}, found {}; what is "
           "fixed goes into --config",
           where, value.dump());
    }
    const Dimension& dimension = dimensions_.back();
    for (const auto& items : dimension.choices) table.set(key, items, name);
    if (!dimension.choices.empty()) continue;
    for (const double end : {dimension.low, dimension.high}) {
      table.set(key, std::vector<std::string>{number_text(end, dimension.whole)}, name);
    }
  }
  if (dimensions_.empty()) fail(ErrorKind::kUsage, "{}: no option to draw", name);
}

std::vector<Setting> SearchSpace::draw(Generator& generator) const {
  std::vector<Setting> settings;
  for (const auto& dimension : dimensions_) {
    if (!dimension.choices.empty()) {
      settings.push_back(
          {dimension.key, dimension.choices[generator.below(dimension.choices.size())]});
      continue;
    }
    double low = dimension.low, high = dimension.high;
    if (dimension.whole) {  // each whole number has the same room, the ends too
      low -= dimension.logarithmic ? 0 : 0.5;
      high += dimension.logarithmic ? 0 : 0.5;
    }
    double value = dimension.logarithmic
                       ? std::exp(generator.uniform(std::log(low), std::log(high)))
                       : generator.uniform(low, high);
    value = std::clamp(value, dimension.low, dimension.high);
    settings.push_back({dimension.key, {number_text(value, dimension.whole)}});
  }
  return settings;
}

std::vector<std::string> SearchSpace::keys() const {
  std::vector<std::string> keys;
  for (const auto& dimension : dimensions_) keys.push_back(dimension.key);
  return keys;
}

void apply_settings(const std::vector<Setting>& settings, TrainOptions& options,
                    const std::string& where) {
  OptionTable table = options.table();
  for (const auto& [key, items] : settings) table.set(key, items, where);
}

}  // namespace heartlab
