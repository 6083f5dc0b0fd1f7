#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "heartlab/core/files.h"

namespace heartlab {

// One option, declared once: it serves the command line, TOML files, the manifest and the docs.
struct Option {
  std::string key;      // snake_case, a dotted path in TOML; --kebab-case on the command line
  std::string type;     // as shown to people: "integer", "number", "text", "yes/no", "list of ..."
  std::string help;     // unit and special values included
  std::string initial;  // the default as text
  bool is_list = false;
  bool splits_at_commas = true;  // of lists: false where each word is one item, as paths are
  bool is_flag = false;
  bool is_required = false;
  bool is_positional = false;
  std::optional<double> low, high;   // inclusive range of numbers
  std::vector<std::string> choices;  // empty: anything
  std::function<void(const std::vector<std::string>&)> assign;
  std::function<nlohmann::ordered_json()> value;

  Option& range(double lowest, double highest);
  Option& one_of(std::vector<std::string> words);
  Option& required();
  Option& positional();
  Option& whole_words();  // items are not split at commas
};

// The options of a subcommand or a configuration, bound to the fields of plain structs that must
// outlive the table.
class OptionTable {
 public:
  // Field types: bool, int, std::uint64_t, double, std::string, Path, and vectors of int, double,
  // std::string and Path. The field's value now is the default.
  template <typename T>
  Option& add(const std::string& key, T& field, const std::string& help);

  // Sets an option from text; lists that split at commas are split. An Error names the nearest
  // known key, the range or the choices; `where` (a file, "--set") leads the message.
  void set(const std::string& key, const std::string& text, const std::string& where);
  void set(const std::string& key, const std::vector<std::string>& items, const std::string& where);

  // "key=value", as --set takes it.
  void set_assignment(const std::string& assignment);

  // Reads every key of a TOML file; [table] and key are joined with a dot.
  void load_toml(const Path& path);
  void load_toml_text(const std::string& text, const std::string& name);

  const std::vector<Option>& options() const { return options_; }
  nlohmann::ordered_json to_json() const;
  // Restores what to_json() wrote.
  void from_json(const nlohmann::ordered_json& json, const std::string& where);

 private:
  Option& find(const std::string& key, const std::string& where);

  std::vector<Option> options_;
};

// The word of `known` with the smallest edit distance to `word`; empty where none is near.
std::string nearest_word(const std::string& word, const std::vector<std::string>& known);

}  // namespace heartlab
