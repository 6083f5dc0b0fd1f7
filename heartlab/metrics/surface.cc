#include "heartlab/metrics/surface.h"

#include <algorithm>

#include "heartlab/core/error.h"
#include "heartlab/image/regions.h"
#include "heartlab/metrics/interval.h"

namespace heartlab {
namespace {

// From every border pixel of one mask to the nearest border pixel of the other.
std::vector<double> directed_distances(const Mask& from, const Mask& to, PixelSpacing spacing) {
  const Image distance = distance_to(to, spacing);
  std::vector<double> distances;
  for (std::size_t i = 0; i < from.pixels.size(); ++i) {
    if (from.pixels[i] != 0) distances.push_back(distance.pixels[i]);
  }
  return distances;
}

}  // namespace

std::optional<SurfaceDistances> surface_distances(const Mask& truth, const Mask& prediction,
                                                  PixelSpacing spacing) {
  if (truth.rows != prediction.rows || truth.columns != prediction.columns) {
    fail(ErrorKind::kInternal, "surface distances: truth of {} x {} pixels, prediction of {} x {}",
         truth.rows, truth.columns, prediction.rows, prediction.columns);
  }
  if (count_set(truth) == 0 || count_set(prediction) == 0) return std::nullopt;
  const Mask truth_border = border(truth), prediction_border = border(prediction);
  std::vector<double> distances = directed_distances(truth_border, prediction_border, spacing);
  const std::vector<double> back = directed_distances(prediction_border, truth_border, spacing);
  SurfaceDistances found;
  found.hausdorff95 = std::max(quantile(distances, 0.95), quantile(back, 0.95));
  found.to_truth = mean(back);
  distances.insert(distances.end(), back.begin(), back.end());
  found.average = mean(distances);
  return found;
}

}  // namespace heartlab
