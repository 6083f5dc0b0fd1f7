#include <algorithm>
#include <bitset>

#include "heartlab/core/error.h"
#include "heartlab/image/png.h"
#include "heartlab/labels/labels.h"

namespace heartlab {
namespace {

constexpr std::size_t kMostListed = 20;

using Values = std::bitset<256>;

std::string list(const Values& values) {
  std::vector<std::size_t> numbers;
  for (std::size_t value = 0; value < values.size(); ++value) {
    if (values[value]) numbers.push_back(value);
  }
  const std::size_t shown = std::min(numbers.size(), kMostListed);
  const std::vector<std::size_t> first(numbers.begin(), numbers.begin() + std::ptrdiff_t(shown));
  std::string text = fmt::format("{}", fmt::join(first, ", "));
  if (shown == numbers.size()) return text;
  return text + fmt::format(" and {} more", numbers.size() - shown);
}

Values structure_of(const Values& found, const std::vector<int>& structure_values,
                    const std::string& name) {
  Values structure, classes;
  if (structure_values.empty()) {
    structure.set(1).set(255);
    if (!found[1] || !found[255]) classes = structure;
  }
  for (const int value : structure_values) {
    if (value < 1 || value > 255) {
      fail(ErrorKind::kUsage, "structure values: expected 1 to 255, found {}", value);
    }
    structure.set(std::size_t(value));
    classes.set(std::size_t(value));
  }
  classes.set(0);
  if ((found & ~classes).none()) return structure;
  const std::string expected = structure_values.empty() ? "0 and 255, or 0 and 1" : list(classes);
  fail(ErrorKind::kBadInput, "{}: expected a mask with the values {}, found {}", name, expected,
       list(found));
}

}  // namespace

Mask read_mask_png(const Path& file, const std::vector<int>& structure_values) {
  Mask mask = read_png(file);
  Values found;
  for (const auto value : mask.pixels) found.set(value);
  const Values structure = structure_of(found, structure_values, file.string());
  for (auto& value : mask.pixels) value = structure[value] ? 1 : 0;
  return mask;
}

}  // namespace heartlab
