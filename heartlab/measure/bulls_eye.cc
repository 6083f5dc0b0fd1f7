#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "heartlab/image/draw.h"
#include "heartlab/image/painter.h"
#include "heartlab/measure/pictures.h"

namespace heartlab {
namespace {

using std::numbers::pi;
using Anchor = Painter::Anchor;

constexpr Colour kUnknown{209, 213, 219};

Contour box(double left, double top, double right, double bottom) {
  return {{{left, top}, {right, top}, {right, bottom}, {left, bottom}}};
}

// From pale sand over orange to deep violet: dark enough apart in grey too.
Colour heat(double share) {
  constexpr std::array<Colour, 6> kStops{{{255, 247, 214},
                                          {253, 208, 132},
                                          {246, 147, 91},
                                          {218, 84, 92},
                                          {148, 40, 106},
                                          {70, 18, 92}}};
  const double at = std::clamp(share, 0.0, 1.0) * (kStops.size() - 1);
  const auto below = std::min(static_cast<std::size_t>(at), kStops.size() - 2);
  const double part = at - static_cast<double>(below);
  const auto mixed = [&](std::uint8_t Colour::*channel) {
    const double from = kStops[below].*channel, to = kStops[below + 1].*channel;
    return static_cast<std::uint8_t>(std::lround(from + part * (to - from)));
  };
  return {mixed(&Colour::red), mixed(&Colour::green), mixed(&Colour::blue)};
}

bool is_bright(Colour c) { return 0.299 * c.red + 0.587 * c.green + 0.114 * c.blue > 140; }

// A part of a ring between two radii and two angles (degrees, counter-clockwise from the right).
Contour ring_part(Point centre, double inner, double outer, double from, double to) {
  constexpr int kSteps = 60;
  Contour part;
  for (int side = 0; side < 2; ++side) {
    for (int i = 0; i <= kSteps; ++i) {
      const double share = static_cast<double>(side == 0 ? i : kSteps - i) / kSteps;
      const double angle = (from + share * (to - from)) * pi / 180;
      const double radius = side == 0 ? outer : inner;
      part.points.push_back(
          {centre.x + radius * std::cos(angle), centre.y - radius * std::sin(angle)});
    }
  }
  return part;
}

// Where a segment lies in the bull's eye.
struct Place {
  double inner, outer, from, to;  // shares of the radius, degrees
};

Place place_of(int number) {
  constexpr std::array<double, 4> kRadii{1, 0.74, 0.48, 0.2};
  if (number > 12) {
    const double from = 45 + 90.0 * (number - 13);
    return {kRadii[3], kRadii[2], from, from + 90};
  }
  const int ring = (number - 1) / 6;
  const double from = 60 + 60.0 * ((number - 1) % 6);
  return {kRadii[static_cast<std::size_t>(ring) + 1], kRadii[static_cast<std::size_t>(ring)], from,
          from + 60};
}

void draw_eye(Painter& painter, Point centre, double radius, const BullsEye& eye,
              const BullsEyeScale& scale) {
  std::vector<std::vector<Point>> borders;
  for (int number = 1; number <= kSegments; ++number) {
    const Place place = place_of(number);
    const Contour part =
        ring_part(centre, place.inner * radius, place.outer * radius, place.from, place.to);
    const auto& value = eye.values[static_cast<std::size_t>(number) - 1];
    const Colour colour = value ? heat((*value - scale.low) / (scale.high - scale.low)) : kUnknown;
    painter.fill({part}, colour);
    borders.push_back(part.points);
    borders.back().push_back(part.points.front());
  }
  painter.lines(borders, kPaper, 3);
  for (int number = 1; number <= kSegments; ++number) {
    const Place place = place_of(number);
    const double middle = (place.inner + place.outer) / 2 * radius;
    const double angle = (place.from + place.to) / 2 * pi / 180;
    const Point at{centre.x + middle * std::cos(angle), centre.y - middle * std::sin(angle)};
    const auto& value = eye.values[static_cast<std::size_t>(number) - 1];
    const bool dark_ink =
        !value || is_bright(heat((*value - scale.low) / (scale.high - scale.low)));
    painter.text({at.x, at.y + 5}, value ? fmt::format("{:.{}f}", *value, scale.digits) : "-",
                 dark_ink ? kInk : kPaper, 13, Anchor::kMiddle);
    painter.text({at.x, at.y + 19}, std::to_string(number),
                 dark_ink ? kFaintInk : Colour{222, 214, 226}, 7.5, Anchor::kMiddle);
  }
}

void draw_names(Painter& painter, Point centre, double radius) {
  painter.text({centre.x, centre.y - radius - 12}, "anterior", kFaintInk, 9, Anchor::kMiddle);
  painter.text({centre.x, centre.y + radius + 22}, "inferior", kFaintInk, 9, Anchor::kMiddle);
  painter.text({centre.x - radius - 10, centre.y + 4}, "septal", kFaintInk, 9, Anchor::kEnd);
  painter.text({centre.x + radius + 10, centre.y + 4}, "lateral", kFaintInk, 9, Anchor::kStart);
}

void draw_scale(Painter& painter, Point top, double height, const BullsEyeScale& scale) {
  constexpr double kWidth = 22;
  for (int i = 0; i < static_cast<int>(height); ++i) {
    const double y = top.y + i;
    painter.fill({box(top.x, y - 0.5, top.x + kWidth, y + 0.5)}, heat(1 - i / (height - 1)));
  }
  const double step = tick_step(scale.high - scale.low, 6);
  for (double tick = std::ceil(scale.low / step - 1e-9) * step; tick <= scale.high + 1e-9;
       tick += step) {
    const double y = top.y + height * (1 - (tick - scale.low) / (scale.high - scale.low));
    painter.lines({{{top.x + kWidth, y}, {top.x + kWidth + 5, y}}}, kFaintInk, 1);
    painter.text({top.x + kWidth + 10, y + 4.5}, fmt::format("{:g}", tick), kInk, 9,
                 Anchor::kStart);
  }
  painter.text({top.x, top.y - 14}, scale.unit, kInk, 10, Anchor::kStart);
}

}  // namespace

ColourImage bulls_eyes(const std::vector<BullsEye>& eyes, const BullsEyeScale& scale) {
  constexpr double kRadius = 200, kEyeWidth = 560, kTop = 130;
  const int width = static_cast<int>(kEyeWidth * static_cast<double>(eyes.size()) + 110);
  ColourImage picture(static_cast<int>(kTop + 2 * kRadius + 60), width, kPaper);
  Painter painter(picture);
  painter.text({36, 40}, scale.title, kInk, 15, Anchor::kStart);
  for (std::size_t i = 0; i < eyes.size(); ++i) {
    const Point centre{kEyeWidth * (static_cast<double>(i) + 0.5), kTop + kRadius};
    painter.text({centre.x, 84}, eyes[i].title, kInk, 12, Anchor::kMiddle);
    draw_eye(painter, centre, kRadius, eyes[i], scale);
    draw_names(painter, centre, kRadius);
  }
  draw_scale(painter, {static_cast<double>(width) - 100, kTop + 40}, 2 * kRadius - 80, scale);
  return picture;
}

ColourImage thickness_picture(const WallThickness& walls) {
  BullsEye diastole{"end diastole", {}}, systole{"end systole", {}};
  double low = 1e9, high = 0;
  for (std::size_t i = 0; i < kSegments; ++i) {
    diastole.values[i] = walls.segments[i].diastole.value;
    systole.values[i] = walls.segments[i].systole.value;
    for (const auto& value : {diastole.values[i], systole.values[i]}) {
      if (!value) continue;
      low = std::min(low, *value);
      high = std::max(high, *value);
    }
  }
  if (!walls.refused.empty() || high <= 0) return {};
  return bulls_eyes({diastole, systole},
                    {"Wall thickness in millimetres, segments 1 to 16 (AHA)", "mm", std::floor(low),
                     std::max(std::ceil(high), std::floor(low) + 1), 1});
}

}  // namespace heartlab
