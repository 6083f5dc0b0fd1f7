#include "heartlab/segment/topology.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include "heartlab/image/regions.h"

namespace heartlab {
namespace {

constexpr double kLargestDisc = 0.3;      // radius, of the square root of the area
constexpr double kSmallestCavity = 0.15;  // of the area, for a gap to be worth closing
constexpr double kSmallestHole = 0.02;    // of the area, for a hole to be a cavity

using Pixel = std::pair<int, int>;  // row, column

// The unset pixels that are reached from one, marked as seen.
std::vector<Pixel> reached(const Mask& mask, Mask& seen, Pixel from) {
  std::vector<Pixel> pixels = {from};
  seen.at(from.first, from.second) = 1;
  for (std::size_t next = 0; next < pixels.size(); ++next) {
    const auto [row, column] = pixels[next];
    for (const auto& [r, c] : {Pixel{row - 1, column}, Pixel{row + 1, column},
                               Pixel{row, column - 1}, Pixel{row, column + 1}}) {
      if (!mask.contains(r, c) || mask.at(r, c) != 0 || seen.at(r, c) != 0) continue;
      seen.at(r, c) = 1;
      pixels.emplace_back(r, c);
    }
  }
  return pixels;
}

std::vector<std::vector<Pixel>> holes_of(const Mask& mask) {
  const auto on_edge = [&](const Pixel& pixel) {
    return pixel.first == 0 || pixel.second == 0 || pixel.first + 1 == mask.rows ||
           pixel.second + 1 == mask.columns;
  };
  Mask seen(mask.rows, mask.columns);
  std::vector<std::vector<Pixel>> holes;
  for (int row = 0; row < mask.rows; ++row) {
    for (int column = 0; column < mask.columns; ++column) {
      if (mask.at(row, column) != 0 || seen.at(row, column) != 0) continue;
      auto piece = reached(mask, seen, {row, column});
      if (std::ranges::none_of(piece, on_edge)) holes.push_back(std::move(piece));
    }
  }
  return holes;
}

void fill(Mask& mask, const std::vector<Pixel>& hole) {
  for (const auto& [row, column] : hole) mask.at(row, column) = 1;
}

std::size_t largest_hole(const std::vector<std::vector<Pixel>>& holes) {
  std::size_t largest = 0;
  for (const auto& hole : holes) largest = std::max(largest, hole.size());
  return largest;
}

// Dilated, then eroded by a disc; what lies outside the raster is not set.
Mask closed(const Mask& mask, double radius) {
  const Image to_mask = distance_to(mask, {1, 1});
  Mask outside(mask.rows, mask.columns);
  std::ranges::transform(to_mask.pixels, outside.pixels.begin(), [radius](float distance) {
    return static_cast<std::uint8_t>(distance > radius);
  });
  const Image to_outside = distance_to(outside, {1, 1});
  Mask result = mask;
  for (std::size_t i = 0; i < result.pixels.size(); ++i) {
    if (to_outside.pixels[i] > radius) result.pixels[i] = 1;
  }
  return result;
}

std::vector<float> gaussian(double deviation) {
  const int reach = static_cast<int>(std::ceil(3 * deviation));
  std::vector<float> taps;
  for (int i = -reach; i <= reach; ++i) {
    taps.push_back(static_cast<float>(std::exp(-i * i / (2 * deviation * deviation))));
  }
  return taps;
}

// Along rows, then transposed; the edge's pixels go on beyond it.
Image blurred_and_transposed(const Image& image, const std::vector<float>& taps) {
  const int reach = static_cast<int>(taps.size() / 2);
  Image result(image.columns, image.rows);
  for (int row = 0; row < image.rows; ++row) {
    for (int column = 0; column < image.columns; ++column) {
      float sum = 0;
      for (int i = -reach; i <= reach; ++i) {
        sum += taps[static_cast<std::size_t>(i + reach)] *
               image.at(row, std::clamp(column + i, 0, image.columns - 1));
      }
      result.at(column, row) = sum;
    }
  }
  return result;
}

}  // namespace

Mask without_holes(const Mask& mask) {
  Mask result = mask;
  for (const auto& hole : holes_of(mask)) fill(result, hole);
  return result;
}

Mask without_holes_but_largest(const Mask& mask) {
  const auto holes = holes_of(mask);
  const std::size_t largest = largest_hole(holes);
  Mask result = mask;
  bool kept = false;
  for (const auto& hole : holes) {
    if (hole.size() == largest && !std::exchange(kept, true)) continue;
    fill(result, hole);
  }
  return result;
}

Mask smoothed(const Mask& mask, double deviation) {
  Image values(mask.rows, mask.columns);
  std::ranges::transform(mask.pixels, values.pixels.begin(),
                         [](std::uint8_t value) { return value != 0 ? 1.0F : 0.0F; });
  const auto taps = gaussian(deviation);
  float sum = 0;
  for (const float tap : taps) sum += tap;
  values = blurred_and_transposed(blurred_and_transposed(values, taps), taps);
  Mask result(mask.rows, mask.columns);
  std::ranges::transform(values.pixels, result.pixels.begin(), [sum](float value) {
    return static_cast<std::uint8_t>(value >= 0.5F * sum * sum);
  });
  return result;
}

Mask closed_ring(const Mask& mask) {
  const auto area = static_cast<double>(count_set(mask));
  const auto encloses = [area](const Mask& tried, double share) {
    return static_cast<double>(largest_hole(holes_of(tried))) >= share * area;
  };
  if (area == 0 || encloses(mask, kSmallestCavity)) return without_holes_but_largest(mask);
  const double largest = kLargestDisc * std::sqrt(area);
  for (double radius = 1; radius <= largest; ++radius) {
    const Mask tried = closed(mask, radius);
    if (encloses(tried, kSmallestCavity)) return without_holes_but_largest(tried);
  }
  return encloses(mask, kSmallestHole) ? without_holes_but_largest(mask) : without_holes(mask);
}

}  // namespace heartlab
