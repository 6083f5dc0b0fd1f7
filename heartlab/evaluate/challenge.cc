#include "heartlab/evaluate/challenge.h"

#include <algorithm>

#include "heartlab/metrics/confusion.h"
#include "heartlab/metrics/interval.h"
#include "heartlab/metrics/surface.h"
#include "heartlab/segment/topology.h"

namespace heartlab {
namespace {

// What the contours enclose, the outer one first.
std::vector<Mask> enclosed(const std::string& target, const Mask& mask) {
  if (target != "myocardium") return {mask};
  Mask outer = without_holes(mask);
  const Mask ring = without_holes_but_largest(mask);
  Mask inner(mask.rows, mask.columns);
  for (std::size_t i = 0; i < inner.pixels.size(); ++i) {
    inner.pixels[i] = outer.pixels[i] != 0 && ring.pixels[i] == 0 ? 1 : 0;
  }
  return {std::move(outer), std::move(inner)};
}

double dice_of(const Mask& truth, const Mask& prediction) {
  std::size_t both = 0;
  for (std::size_t i = 0; i < truth.pixels.size(); ++i) {
    if (truth.pixels[i] != 0 && prediction.pixels[i] != 0) ++both;
  }
  return 2.0 * static_cast<double>(both) /
         static_cast<double>(count_set(truth) + count_set(prediction));
}

}  // namespace

std::vector<ChallengeContour> challenge_contours(const std::string& target, const Mask& truth,
                                                 const Mask& prediction, PixelSpacing spacing) {
  const auto expected = enclosed(target, truth), found = enclosed(target, prediction);
  std::vector<ChallengeContour> contours;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (count_set(expected[i]) == 0) continue;
    ChallengeContour& contour = contours.emplace_back();
    const auto distances = surface_distances(expected[i], found[i], spacing);
    if (!distances) continue;
    contour.distance_mm = distances->to_truth;
    contour.dice = dice_of(expected[i], found[i]);
  }
  return contours;
}

ChallengeFigures challenge_figures(const std::vector<ChallengeContour>& contours) {
  ChallengeFigures result;
  std::vector<double> distances, dice;
  for (const auto& contour : contours) {
    ++result.contours;
    if (!contour.distance_mm || *contour.distance_mm >= ChallengeFigures::kGood) continue;
    ++result.good;
    distances.push_back(*contour.distance_mm);
    dice.push_back(contour.dice);
  }
  result.distance_mm = mean(distances);
  result.dice = mean(dice);
  return result;
}

}  // namespace heartlab
