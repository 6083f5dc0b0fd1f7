#include "heartlab/image/equalise.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace heartlab {
namespace {

constexpr int kTiles = 8;  // along each side, fewer where the image has fewer pixels
using Map = std::array<double, 256>;

int edge(int tile, int tiles, int side) { return tile * side / tiles; }

// What is cut off the histogram is given back to all values alike.
Map map_of(const GreyImage& image, int top, int bottom, int left, int right, double clip) {
  Map histogram{};
  for (int row = top; row < bottom; ++row) {
    for (int column = left; column < right; ++column) ++histogram[image.at(row, column)];
  }
  const double pixels = static_cast<double>(bottom - top) * (right - left);
  const double limit = clip * pixels / 256.0;
  double cut = 0;
  for (double& count : histogram) {
    cut += std::max(0.0, count - limit);
    count = std::min(count, limit);
  }
  Map map{};
  double below = 0;
  for (std::size_t value = 0; value < map.size(); ++value) {
    below += histogram[value] + cut / 256.0;
    map[value] = 255.0 * below / pixels;
  }
  return map;
}

// Between which two tiles' centres a pixel lies, and how near it is to the second.
struct Place {
  int first = 0, second = 0;
  double share = 0;
};

std::vector<Place> places_along(int tiles, int side) {
  std::vector<Place> places;
  for (int i = 0; i < side; ++i) {
    const double at = (i + 0.5) * tiles / side - 0.5;
    const double before = std::floor(at);
    const auto tile = [tiles](double index) {
      return std::clamp(static_cast<int>(index), 0, tiles - 1);
    };
    places.push_back({tile(before), tile(before + 1), at - before});
  }
  return places;
}

}  // namespace

GreyImage equalised(const GreyImage& image, double clip) {
  if (image.empty()) return image;
  const int down = std::min(kTiles, image.rows), across = std::min(kTiles, image.columns);
  std::vector<std::vector<Map>> maps(static_cast<std::size_t>(down));
  for (int i = 0; i < down; ++i) {
    for (int j = 0; j < across; ++j) {
      maps[static_cast<std::size_t>(i)].push_back(
          map_of(image, edge(i, down, image.rows), edge(i + 1, down, image.rows),
                 edge(j, across, image.columns), edge(j + 1, across, image.columns), clip));
    }
  }
  const auto rows = places_along(down, image.rows), columns = places_along(across, image.columns);
  GreyImage result(image.rows, image.columns);
  for (int row = 0; row < image.rows; ++row) {
    const Place& v = rows[static_cast<std::size_t>(row)];
    for (int column = 0; column < image.columns; ++column) {
      const Place& u = columns[static_cast<std::size_t>(column)];
      const std::uint8_t value = image.at(row, column);
      const auto mapped = [&](int i, int j) {
        return maps[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)][value];
      };
      const double top = std::lerp(mapped(v.first, u.first), mapped(v.first, u.second), u.share);
      const double bottom =
          std::lerp(mapped(v.second, u.first), mapped(v.second, u.second), u.share);
      result.at(row, column) = static_cast<std::uint8_t>(
          std::lround(std::clamp(std::lerp(top, bottom, v.share), 0.0, 255.0)));
    }
  }
  return result;
}

}  // namespace heartlab
