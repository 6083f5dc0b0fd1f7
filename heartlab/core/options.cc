#include "heartlab/core/options.h"

#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <type_traits>

#include "heartlab/core/error.h"

namespace heartlab {
namespace {

using Json = nlohmann::ordered_json;

template <typename T>
struct Element {
  using Type = T;
  static constexpr bool kIsList = false;
};
template <typename T>
struct Element<std::vector<T>> {
  using Type = T;
  static constexpr bool kIsList = true;
};

template <typename T>
std::string type_name() {
  if constexpr (std::is_same_v<T, bool>) return "yes/no";
  if constexpr (std::is_same_v<T, double>) return "number";
  if constexpr (std::is_same_v<T, Path>) return "path";
  if constexpr (std::is_same_v<T, std::string>) return "text";
  return "integer";
}

template <typename T>
T parse(const std::string& text) {
  if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, Path>) {
    return T(text);
  } else if constexpr (std::is_same_v<T, bool>) {
    if (text == "true" || text == "yes" || text == "1") return true;
    if (text == "false" || text == "no" || text == "0") return false;
    fail(ErrorKind::kUsage, "expected true or false, found '{}'", text);
  } else {
    T value{};
    const char* end = text.data() + text.size();
    const auto [stop, code] = std::from_chars(text.data(), end, value);
    bool good = code == std::errc() && stop == end;
    if constexpr (std::is_same_v<T, double>) good = good && std::isfinite(value);
    if (!good) {
      fail(ErrorKind::kUsage, "expected {} {}, found '{}'", std::is_same_v<T, double> ? "a" : "an",
           type_name<T>(), text);
    }
    return value;
  }
}

template <typename T>
Json to_json_value(const T& value) {
  if constexpr (std::is_same_v<T, Path>) {
    return value.string();
  } else {
    return value;
  }
}

std::string text_of(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_float()) return fmt::format("{}", value.get<double>());
  if (!value.is_array()) return value.dump();
  std::string joined;
  for (const auto& item : value) joined += (joined.empty() ? "" : ",") + text_of(item);
  return joined;
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> items;
  std::size_t start = 0;
  while (!text.empty() && start <= text.size()) {
    const std::size_t comma = std::min(text.find(',', start), text.size());
    items.push_back(text.substr(start, comma - start));
    start = comma + 1;
  }
  return items;
}

void check_range(const Option& option, const std::string& text) {
  if (!option.low) return;
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  if (!(value >= *option.low && value <= *option.high)) {
    fail(ErrorKind::kUsage, "expected {} to {}, found {}", *option.low, *option.high, text);
  }
}

void check_choice(const Option& option, const std::string& text) {
  if (option.choices.empty() ||
      std::find(option.choices.begin(), option.choices.end(), text) != option.choices.end()) {
    return;
  }
  fail(ErrorKind::kUsage, "expected one of {}, found '{}'", fmt::join(option.choices, ", "), text);
}

std::string toml_scalar(const toml::node& node, const std::string& where) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* number = node.as_floating_point()) return fmt::format("{}", number->get());
  if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
  fail(ErrorKind::kUsage, "{}: expected text, a number or true/false", where);
}

void load_table(OptionTable& table, const toml::table& node, const std::string& prefix,
                const std::string& name) {
  for (const auto& [key, value] : node) {
    const std::string path = prefix + std::string(key.str());
    const std::string where = fmt::format("{}, line {}", name, value.source().begin.line);
    if (const auto* inner = value.as_table()) {
      load_table(table, *inner, path + ".", name);
    } else if (const auto* list = value.as_array()) {
      std::vector<std::string> items;
      for (const auto& item : *list) items.push_back(toml_scalar(item, where + ": " + path));
      table.set(path, items, where);
    } else {
      table.set(path, std::vector<std::string>{toml_scalar(value, where + ": " + path)}, where);
    }
  }
}

}  // namespace

Option& Option::range(double lowest, double highest) {
  low = lowest;
  high = highest;
  return *this;
}

Option& Option::one_of(std::vector<std::string> words) {
  choices = std::move(words);
  return *this;
}

Option& Option::required() {
  is_required = true;
  return *this;
}

Option& Option::positional() {
  is_positional = true;
  return *this;
}

Option& Option::whole_words() {
  splits_at_commas = false;
  return *this;
}

template <typename T>
Option& OptionTable::add(const std::string& key, T& field, const std::string& help) {
  using Value = typename Element<T>::Type;
  Option option;
  option.key = key;
  option.help = help;
  option.is_list = Element<T>::kIsList;
  option.splits_at_commas = !std::is_same_v<Value, Path>;  // a path may hold one
  option.is_flag = std::is_same_v<T, bool>;
  option.type = (option.is_list ? "list of " : "") + type_name<Value>();
  if constexpr (Element<T>::kIsList) {
    option.assign = [&field](const std::vector<std::string>& items) {
      T values;
      for (const auto& item : items) values.push_back(parse<Value>(item));
      field = std::move(values);
    };
    option.value = [&field] {
      Json list = Json::array();
      for (const auto& item : field) list.push_back(to_json_value(item));
      return list;
    };
  } else {
    option.assign = [&field](const std::vector<std::string>& items) {
      if (items.size() != 1) fail(ErrorKind::kUsage, "expected one value, found {}", items.size());
      field = parse<T>(items.front());
    };
    option.value = [&field] { return to_json_value(field); };
  }
  option.initial = text_of(option.value());
  options_.push_back(std::move(option));
  return options_.back();
}

template Option& OptionTable::add(const std::string&, bool&, const std::string&);
template Option& OptionTable::add(const std::string&, int&, const std::string&);
template Option& OptionTable::add(const std::string&, std::uint64_t&, const std::string&);
template Option& OptionTable::add(const std::string&, double&, const std::string&);
template Option& OptionTable::add(const std::string&, std::string&, const std::string&);
template Option& OptionTable::add(const std::string&, Path&, const std::string&);
template Option& OptionTable::add(const std::string&, std::vector<int>&, const std::string&);
template Option& OptionTable::add(const std::string&, std::vector<double>&, const std::string&);
template Option& OptionTable::add(const std::string&, std::vector<std::string>&,
                                  const std::string&);
template Option& OptionTable::add(const std::string&, std::vector<Path>&, const std::string&);

Option& OptionTable::find(const std::string& key, const std::string& where) {
  std::vector<std::string> keys;
  for (auto& option : options_) {
    if (option.key == key) return option;
    keys.push_back(option.key);
  }
  const std::string near = nearest_word(key, keys);
  fail(ErrorKind::kUsage, "{}: unknown key '{}'{}", where, key,
       near.empty() ? "" : fmt::format("; did you mean '{}'?", near));
}

void OptionTable::set(const std::string& key, const std::vector<std::string>& items,
                      const std::string& where) {
  Option& option = find(key, where);
  try {
    for (const auto& item : items) check_choice(option, item);
    option.assign(items);
    for (const auto& item : items) check_range(option, item);
  } catch (const Error& error) {
    std::string flag = "--" + key;
    std::ranges::replace(flag, '_', '-');
    const bool named = where == flag;
    fail(error.kind(), "{}: {}{}", where, named ? "" : key + ": ", error.what());
  }
}

void OptionTable::set(const std::string& key, const std::string& text, const std::string& where) {
  const Option& option = find(key, where);
  const bool splits = option.is_list && option.splits_at_commas;
  set(key, splits ? split(text) : std::vector<std::string>{text}, where);
}

void OptionTable::set_assignment(const std::string& assignment) {
  const std::size_t equals = assignment.find('=');
  if (equals == std::string::npos || equals == 0) {
    fail(ErrorKind::kUsage, "--set: expected key=value, found '{}'", assignment);
  }
  set(assignment.substr(0, equals), assignment.substr(equals + 1), "--set");
}

void OptionTable::load_toml(const Path& path) { load_toml_text(read_text(path), path.string()); }

void OptionTable::load_toml_text(const std::string& text, const std::string& name) {
  try {
    load_table(*this, toml::parse(text, name), "", name);
  } catch (const toml::parse_error& error) {
    fail(ErrorKind::kBadInput, "{}, line {}: not valid TOML: {}", name, error.source().begin.line,
         error.description());
  }
}

Json OptionTable::to_json() const {
  Json json = Json::object();
  for (const auto& option : options_) json[option.key] = option.value();
  return json;
}

void OptionTable::from_json(const Json& json, const std::string& where) {
  if (!json.is_object()) fail(ErrorKind::kBadInput, "{}: expected an object of options", where);
  for (const auto& [key, value] : json.items()) {
    std::vector<std::string> items;
    if (value.is_array()) {
      for (const auto& item : value) items.push_back(text_of(item));
    } else {
      items.push_back(text_of(value));
    }
    set(key, items, where);
  }
}

std::string nearest_word(const std::string& word, const std::vector<std::string>& known) {
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const auto& candidate : known) {
    std::vector<std::size_t> row(candidate.size() + 1);
    for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= word.size(); ++i) {
      std::size_t diagonal = row[0];
      row[0] = i;
      for (std::size_t j = 1; j < row.size(); ++j) {
        const std::size_t change = diagonal + (word[i - 1] == candidate[j - 1] ? 0 : 1);
        diagonal = row[j];
        row[j] = std::min({row[j] + 1, row[j - 1] + 1, change});
      }
    }
    if (row.back() < best_distance) {
      best_distance = row.back();
      best = candidate;
    }
  }
  return best;
}

}  // namespace heartlab
