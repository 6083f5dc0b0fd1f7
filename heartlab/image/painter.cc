#include "heartlab/image/painter.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "heartlab/image/text.h"

namespace heartlab {
namespace {

constexpr int kFine = 4;  // samples a pixel, each way, on the edges of areas

std::uint8_t blend(std::uint8_t under, std::uint8_t over, double share) {
  return static_cast<std::uint8_t>(std::lround(under + share * (over - under)));
}

void blend(Colour& under, Colour over, double share) {
  under = {blend(under.red, over.red, share), blend(under.green, over.green, share),
           blend(under.blue, over.blue, share)};
}

double distance_to_segment(double x, double y, Point a, Point b) {
  const double dx = b.x - a.x, dy = b.y - a.y;
  const double squared = dx * dx + dy * dy;
  const double along =
      squared == 0 ? 0 : std::clamp(((x - a.x) * dx + (y - a.y) * dy) / squared, 0.0, 1.0);
  return std::hypot(x - a.x - along * dx, y - a.y - along * dy);
}

// Raises the cover of the pixels that a line of `width` from a to b touches.
void cover_segment(Image& cover, Point a, Point b, double width) {
  const double reach = width / 2 + 1;
  const auto inside = [](double value, int extent) {
    return static_cast<int>(std::clamp(value, -1.0, static_cast<double>(extent)));
  };
  const int bottom = std::min(cover.rows - 1, inside(std::max(a.y, b.y) + reach, cover.rows));
  const int right = std::min(cover.columns - 1, inside(std::max(a.x, b.x) + reach, cover.columns));
  for (int y = std::max(0, inside(std::min(a.y, b.y) - reach, cover.rows)); y <= bottom; ++y) {
    for (int x = std::max(0, inside(std::min(a.x, b.x) - reach, cover.columns)); x <= right; ++x) {
      const double share = std::clamp(width / 2 + 0.5 - distance_to_segment(x, y, a, b), 0.0, 1.0);
      cover.at(y, x) = std::max(cover.at(y, x), static_cast<float>(share));
    }
  }
}

// What the shapes cover of each pixel within their bounding box.
void cover_shapes(Image& cover, const std::vector<Contour>& shapes) {
  double left = cover.columns, top = cover.rows, right = 0, bottom = 0;
  for (const auto& shape : shapes) {
    for (const auto& [x, y] : shape.points) {
      left = std::min(left, x);
      right = std::max(right, x);
      top = std::min(top, y);
      bottom = std::max(bottom, y);
    }
  }
  const auto within = [](double value, int extent) {
    return static_cast<int>(std::clamp(value, 0.0, static_cast<double>(extent)));
  };
  const int x0 = within(std::floor(left), cover.columns), y0 = within(std::floor(top), cover.rows);
  const int x1 = within(std::ceil(right) + 1, cover.columns);
  const int y1 = within(std::ceil(bottom) + 1, cover.rows);
  if (x0 >= x1 || y0 >= y1) return;
  std::vector<Contour> fine = shapes;
  for (auto& shape : fine) {
    for (auto& [x, y] : shape.points) {
      x = (x - x0 + 0.5) * kFine - 0.5;
      y = (y - y0 + 0.5) * kFine - 0.5;
    }
  }
  const Mask inside = rasterise(fine, (y1 - y0) * kFine, (x1 - x0) * kFine);
  for (int row = 0; row < inside.rows; ++row) {
    for (int column = 0; column < inside.columns; ++column) {
      if (inside.at(row, column) == 0) continue;
      cover.at(y0 + row / kFine, x0 + column / kFine) += 1.0F / (kFine * kFine);
    }
  }
}

}  // namespace

void Painter::paint(const Image& cover, Colour colour) {
  for (std::size_t i = 0; i < cover.pixels.size(); ++i) {
    if (cover.pixels[i] > 0) blend(picture_.pixels[i], colour, cover.pixels[i]);
  }
}

void Painter::fill(const std::vector<Contour>& shapes, Colour colour) {
  Image cover(picture_.rows, picture_.columns);
  cover_shapes(cover, shapes);
  paint(cover, colour);
}

void Painter::lines(const std::vector<std::vector<Point>>& lines, Colour colour, double width) {
  Image cover(picture_.rows, picture_.columns);
  for (const auto& line : lines) {
    for (std::size_t i = 0; i + 1 < line.size(); ++i) {
      cover_segment(cover, line[i], line[i + 1], width);
    }
  }
  paint(cover, colour);
}

void Painter::text(Point at, const std::string& text, Colour colour, double height, Anchor anchor) {
  const double scale = height / kCapitalHeight;
  const double width = text_width(text) * scale;
  const double start = at.x - (anchor == Anchor::kStart    ? 0
                               : anchor == Anchor::kMiddle ? width / 2
                                                           : width);
  std::vector<std::vector<Point>> strokes = text_strokes(text);
  for (auto& stroke : strokes) {
    for (auto& [x, y] : stroke) {
      x = start + x * scale;
      y = at.y + y * scale;
    }
  }
  constexpr double kWeight = 1.05;  // of a stroke, in the letters' own pixels
  lines(strokes, colour, std::max(1.0, kWeight * scale));
}

double tick_step(double range, int count) {
  const double rough = std::max(range, 1e-9) / count;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= rough) return factor * power;
  }
  return 10 * power;
}

}  // namespace heartlab
