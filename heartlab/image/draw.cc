#include "heartlab/image/draw.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "heartlab/core/error.h"
#include "heartlab/image/painter.h"

namespace heartlab {
namespace {

Colour sample(const GreyImage& image, int row, int column) {
  const std::uint8_t grey = image.at(row, column);
  return {grey, grey, grey};
}

void draw_outlines(ColourImage& picture, const Mask& mask, int factor, Colour colour,
                   double width) {
  std::vector<std::vector<Point>> lines;
  for (const auto& contour : trace(mask)) {
    std::vector<Point>& line = lines.emplace_back();
    for (const Point& point : unstepped(contour).points) {
      line.push_back({(point.x + 0.5) * factor - 0.5, (point.y + 0.5) * factor - 0.5});
    }
    line.push_back(line.front());
  }
  Painter(picture).lines(lines, colour, width);
}

void check_size(const GreyImage& image, const Mask& mask, const char* what) {
  if (mask.empty() || (mask.rows == image.rows && mask.columns == image.columns)) return;
  fail(ErrorKind::kInternal, "overlay: {} of {} x {} pixels on an image of {} x {}", what,
       mask.rows, mask.columns, image.rows, image.columns);
}

}  // namespace

Contour unstepped(const Contour& contour) {
  const std::size_t count = contour.points.size();
  Contour smoothed = contour;
  for (int pass = 0; pass < 2; ++pass) {
    const std::vector<Point> points = smoothed.points;
    for (std::size_t i = 0; i < count; ++i) {
      const Point& before = points[(i + count - 1) % count];
      const Point& after = points[(i + 1) % count];
      smoothed.points[i] = {(before.x + 2 * points[i].x + after.x) / 4,
                            (before.y + 2 * points[i].y + after.y) / 4};
    }
  }
  return smoothed;
}

ColourImage to_colour(const GreyImage& image) {
  ColourImage picture(image.rows, image.columns);
  for (int row = 0; row < image.rows; ++row) {
    for (int column = 0; column < image.columns; ++column) {
      picture.at(row, column) = sample(image, row, column);
    }
  }
  return picture;
}

GreyImage enlarge(const GreyImage& image, int factor) {
  GreyImage large(image.rows * factor, image.columns * factor);
  for (int row = 0; row < large.rows; ++row) {
    const double y = std::clamp((row + 0.5) / factor - 0.5, 0.0, image.rows - 1.0);
    const int top = static_cast<int>(y), bottom = std::min(top + 1, image.rows - 1);
    for (int column = 0; column < large.columns; ++column) {
      const double x = std::clamp((column + 0.5) / factor - 0.5, 0.0, image.columns - 1.0);
      const int left = static_cast<int>(x), right = std::min(left + 1, image.columns - 1);
      const double above = std::lerp(image.at(top, left), image.at(top, right), x - left);
      const double below = std::lerp(image.at(bottom, left), image.at(bottom, right), x - left);
      large.at(row, column) =
          static_cast<std::uint8_t>(std::lround(std::lerp(above, below, y - top)));
    }
  }
  return large;
}

GreyImage stretch(const GreyImage& image) {
  std::array<std::size_t, 256> counts{};
  for (const std::uint8_t value : image.pixels) ++counts[value];
  const std::size_t clipped = image.pixels.size() / 100;
  const auto level = [&](int from, int step) {
    std::size_t seen = counts[static_cast<std::size_t>(from)];
    while (seen <= clipped && from + step >= 0 && from + step <= 255) {
      from += step;
      seen += counts[static_cast<std::size_t>(from)];
    }
    return from;
  };
  const int black = level(0, 1), white = level(255, -1);
  if (white <= black) return image;
  GreyImage stretched = image;
  for (auto& value : stretched.pixels) {
    const double share = static_cast<double>(value - black) / (white - black);
    value = static_cast<std::uint8_t>(std::lround(255 * std::clamp(share, 0.0, 1.0)));
  }
  return stretched;
}

ColourImage overlay(const GreyImage& image, const Mask& truth, const Mask& prediction) {
  check_size(image, truth, "truth");
  check_size(image, prediction, "prediction");
  constexpr int kSmallestSide = 512;
  constexpr int kLargestSide = 4096;  // of a picture that was enlarged
  const int side = std::max(1, std::min(image.rows, image.columns));
  const int most = std::max(1, kLargestSide / std::max(1, std::max(image.rows, image.columns)));
  const int factor = std::min((kSmallestSide + side - 1) / side, most);
  ColourImage picture = to_colour(enlarge(stretch(image), factor));
  // Truth is the wider line, so that it still shows where the prediction lies on it.
  draw_outlines(picture, truth, factor, kTruthColour, 3.0);
  draw_outlines(picture, prediction, factor, kPredictionColour, 1.5);
  return picture;
}

}  // namespace heartlab
