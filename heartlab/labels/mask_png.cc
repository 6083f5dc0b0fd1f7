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

// The values that mean the structure; an Error where the mask holds any that mean nothing.
Values structure_of(const Values& found, const MaskClasses& classes, const std::string& name) {
  Values structure(classes.structure.begin(), classes.structure.end());
  const bool is_map = !structure.empty();
  if (!is_map) structure = {found.contains(255) ? 255 : 1};
  Values known = structure;
  known.insert(classes.others.begin(), classes.others.end());
  known.insert(0);
  if (*known.begin() < 0 || *known.rbegin() > 255 || structure.contains(0)) {
    fail(ErrorKind::kUsage, "values of a class map: expected 1 to 255, found {}", list(known));
  }
  if (std::ranges::includes(known, found)) return structure;
  fail(ErrorKind::kBadInput, "{}: expected a mask with the values {}, found {}", name,
       is_map ? list(known) : "0 and 255, or 0 and 1", list(found));
}

}  // namespace

Mask read_mask_png(const Path& file, const MaskClasses& classes) {
  const Raster<std::uint16_t> stored = read_png_values(file);
  const Values found(stored.pixels.begin(), stored.pixels.end());
  const Values structure = structure_of(found, classes, file.string());
  Mask mask(stored.rows, stored.columns);
  std::ranges::transform(stored.pixels, mask.pixels.begin(), [&](std::uint16_t value) {
    return structure.contains(value) ? std::uint8_t{1} : std::uint8_t{0};
  });
  return mask;
}

}  // namespace heartlab
