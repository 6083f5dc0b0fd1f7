#include "heartlab/segment/focus.h"

#include <algorithm>
#include <cmath>

namespace heartlab {
namespace {

bool is_drawn(const Logits& planes, std::size_t pixel) {
  return std::all_of(planes.begin() + 1, planes.end(), [&](const Image& plane) {
    return planes[0].pixels[pixel] > plane.pixels[pixel];
  });
}

}  // namespace

std::optional<Window> window_around(const Logits& planes, int side) {
  const Image& first = planes[0];
  if (side >= std::min(first.rows, first.columns)) return {};
  double rows = 0, columns = 0, count = 0;
  for (int row = 0; row < first.rows; ++row) {
    for (int column = 0; column < first.columns; ++column) {
      const auto pixel = static_cast<std::size_t>(row) * static_cast<std::size_t>(first.columns) +
                         static_cast<std::size_t>(column);
      if (!is_drawn(planes, pixel)) continue;
      rows += row;
      columns += column;
      ++count;
    }
  }
  if (count == 0) return {};
  const auto start = [side](double middle, int whole) {
    const auto wanted = static_cast<int>(std::lround(middle - (side - 1) / 2.0));
    return std::clamp(wanted, 0, whole - side);
  };
  return Window{start(rows / count, first.rows), start(columns / count, first.columns), side};
}

GreyImage cut_out(const GreyImage& square, const Window& window) {
  GreyImage part(window.side, window.side);
  for (int row = 0; row < window.side; ++row) {
    for (int column = 0; column < window.side; ++column) {
      part.at(row, column) = square.at(window.top + row, window.left + column);
    }
  }
  return part;
}

void paste(const Logits& part, const Window& window, Logits& planes) {
  for (std::size_t k = 0; k < planes.size(); ++k) {
    for (int row = 0; row < window.side; ++row) {
      for (int column = 0; column < window.side; ++column) {
        planes[k].at(window.top + row, window.left + column) = part[k].at(row, column);
      }
    }
  }
}

}  // namespace heartlab
