#pragma once

#include <string>
#include <vector>

#include "heartlab/core/random.h"
#include "heartlab/train/options.h"

namespace heartlab {

// What a trial sets: a training option's key and its value, an item a list's entry.
struct Setting {
  std::string key;
  std::vector<std::string> items;
  bool operator==(const Setting&) const = default;
};

// The values of training options that a search draws from: a TOML file with one key an option.
//   optimiser = ["sgd", "adamw"]                     one of these, all with the same chance
//   rates = { min = 1e-4, max = 1e-2, log = true }   a number between, even on a log scale
//   crops = [[192], [256, 0]]                        entries that are lists themselves
// Whole numbers are drawn where the option takes whole numbers, both ends included.
class SearchSpace {
 public:
  // An Error (kUsage) names the file, the key and what is wrong: an unknown key with the nearest
  // known, a value that the option does not take, an empty list, min above max, log from 0 or
  // below, or a key that belongs to the search itself (iterations, seed).
  SearchSpace(const std::string& text, const std::string& name);

  // A function of the generator's state alone. Keys in alphabetical order.
  std::vector<Setting> draw(Generator& generator) const;
  std::vector<std::string> keys() const;

 private:
  struct Dimension {
    std::string key;
    std::vector<std::vector<std::string>> choices;  // empty: a range
    double low = 0, high = 0;
    bool logarithmic = false, whole = false;
  };
  static Dimension choices(const std::string& key, const nlohmann::ordered_json& list,
                           const std::string& where);
  static Dimension range(const Option& option, const nlohmann::ordered_json& table,
                         const std::string& where);

  std::vector<Dimension> dimensions_;
};

void apply_settings(const std::vector<Setting>& settings, TrainOptions& options,
                    const std::string& where);

}  // namespace heartlab
