#include <algorithm>
#include <set>

#include "heartlab/core/error.h"
#include "heartlab/image/png.h"
#include "heartlab/labels/labels.h"

namespace heartlab {
namespace {

constexpr std::size_t kMostListed = 20;

using Values = std::set<int>;

std::string list(const Values& values) {
  const std::size_t shown = std::min(values.size(), kMostListed);
  const auto end = std::next(values.begin(), static_cast<std::ptrdiff_t>(shown));
  std::string text = fmt::format("{}", fmt::join(values.begin(), end, ", "));
  if (shown == values.size()) return text;
  return text + fmt::format(" and {} more", values.size() - shown);
}

// The values that mean the structure; an Error where the mask holds others beside them and 0.
Values structure_of(const Values& found, const std::vector<int>& structure_values,
                    const std::string& name) {
  Values structure(structure_values.begin(), structure_values.end());
  for (const int value : structure) {
    if (value < 1 || value > 255) {
      fail(ErrorKind::kUsage, "structure values: expected 1 to 255, found {}", value);
    }
  }
  if (structure.empty()) structure = {found.contains(255) ? 255 : 1};
  Values known = structure;
  known.insert(0);
  if (std::ranges::includes(known, found)) return structure;
  fail(ErrorKind::kBadInput, "{}: expected a mask with the values {}, found {}", name,
       structure_values.empty() ? "0 and 255, or 0 and 1" : list(known), list(found));
}

}  // namespace

Mask read_mask_png(const Path& file, const std::vector<int>& structure_values) {
  const Raster<std::uint16_t> stored = read_png_values(file);
  const Values found(stored.pixels.begin(), stored.pixels.end());
  const Values structure = structure_of(found, structure_values, file.string());
  Mask mask(stored.rows, stored.columns);
  std::ranges::transform(stored.pixels, mask.pixels.begin(), [&](std::uint16_t value) {
    return structure.contains(value) ? std::uint8_t{1} : std::uint8_t{0};
  });
  return mask;
}

}  // namespace heartlab
