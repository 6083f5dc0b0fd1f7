#include "heartlab/train/signed_distance.h"

#include <algorithm>

#include "heartlab/image/regions.h"
#include "heartlab/prepare/dataset.h"

namespace heartlab {
namespace {

Mask pixels_of(const Raster<std::uint8_t>& label, std::uint8_t value) {
  Mask mask(label.rows, label.columns);
  std::ranges::transform(label.pixels, mask.pixels.begin(), [value](std::uint8_t pixel) {
    return static_cast<std::uint8_t>(pixel == value);
  });
  return mask;
}

}  // namespace

Image signed_distance(const Raster<std::uint8_t>& label) {
  Image result(label.rows, label.columns);
  const Mask structure = pixels_of(label, kStructureClass);
  const Mask background = pixels_of(label, kBackgroundClass);
  if (count_set(structure) == 0 || count_set(background) == 0) return result;
  const Image outside = distance_to(structure, {});
  const Image inside = distance_to(background, {});
  const auto side = static_cast<float>(std::max(label.rows, label.columns));
  for (std::size_t i = 0; i < label.pixels.size(); ++i) {
    if (background.pixels[i] != 0) result.pixels[i] = (outside.pixels[i] - 0.5F) / side;
    if (structure.pixels[i] != 0) result.pixels[i] = (0.5F - inside.pixels[i]) / side;
  }
  return result;
}

}  // namespace heartlab
