#include "heartlab/measure/outline.h"

#include <algorithm>

#include "heartlab/core/error.h"
#include "heartlab/image/regions.h"

namespace heartlab {
namespace {

Mask within(const Contour& contour, const Mask& like) {
  return rasterise(contour, like.rows, like.columns);
}

Mask unite(const Mask& a, const Mask& b) {
  Mask both = a;
  for (std::size_t i = 0; i < both.pixels.size(); ++i) {
    both.pixels[i] = static_cast<std::uint8_t>(a.pixels[i] != 0 || b.pixels[i] != 0);
  }
  return both;
}

// What the outline encloses and the ring does not cover.
Mask hole_of(const Mask& ring, const Contour& outer) {
  Mask hole = within(outer, ring);
  for (std::size_t i = 0; i < hole.pixels.size(); ++i) {
    if (ring.pixels[i] != 0) hole.pixels[i] = 0;
  }
  return hole;
}

std::size_t count_both(const Mask& a, const Mask& b) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) {
    count += a.pixels[i] != 0 && b.pixels[i] != 0 ? 1 : 0;
  }
  return count;
}

// Whether they have less than this share of their pixels in common (Dice).
bool contradict(const Mask& a, const Mask& b) {
  constexpr double kAgreement = 0.8;
  const auto both = static_cast<double>(count_both(a, b));
  return 2 * both < kAgreement * static_cast<double>(count_set(a) + count_set(b));
}

int pieces_beside(const Mask& mask) {
  return mask.empty() ? 0 : std::max(0, count_components(mask) - 1);
}

}  // namespace

Outline outline_of(const Contour& contour) {
  if (contour.points.size() < 3) return {};
  return {contour, area(contour)};
}

Outline outline_of(const Mask& mask) {
  if (mask.empty() || count_set(mask) == 0) return {};
  const std::vector<Contour> borders = trace(largest_component(mask));
  const Contour& contour =
      *std::ranges::max_element(borders, {}, [](const Contour& c) { return area(c); });
  return {contour, static_cast<double>(count_set(within(contour, mask)))};
}

LeftOutlines outlines_of_masks(const Mask& cavity, const Mask& ring) {
  if (!cavity.empty() && !ring.empty() &&
      (cavity.rows != ring.rows || cavity.columns != ring.columns)) {
    fail(ErrorKind::kInternal, "masks of {} x {} and of {} x {} pixels on one image", cavity.rows,
         cavity.columns, ring.rows, ring.columns);
  }
  LeftOutlines outlines;
  outlines.pieces_left_out = pieces_beside(cavity) + pieces_beside(ring);
  outlines.endocardium = outline_of(cavity);
  if (ring.empty() || count_set(ring) == 0) return outlines;
  const Mask muscle = largest_component(ring);
  if (!cavity.empty()) {
    const Mask blood =
        outlines.endocardium.empty() ? cavity : within(outlines.endocardium.contour, cavity);
    // With all that it encloses: between a ring and its cavity there may be a thin gap.
    const Mask heart = unite(within(outline_of(muscle).contour, ring), muscle);
    const Outline both = outline_of(unite(heart, blood));
    const Mask inside = within(both.contour, cavity);
    outlines.apart = !outlines.endocardium.empty() &&
                     (count_both(blood, inside) == 0 || count_both(muscle, inside) == 0);
    if (outlines.apart) return outlines;
    outlines.epicardium = both;
    const Mask hole = hole_of(muscle, outline_of(muscle).contour);
    outlines.contradict = count_set(hole) > 0 && contradict(blood, hole);
    return outlines;
  }
  outlines.epicardium = outline_of(muscle);
  outlines.endocardium = outline_of(hole_of(muscle, outlines.epicardium.contour));
  outlines.open_ring = outlines.endocardium.empty();
  return outlines;
}

}  // namespace heartlab
