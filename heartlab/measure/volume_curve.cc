#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "heartlab/image/draw.h"
#include "heartlab/image/painter.h"
#include "heartlab/measure/pictures.h"

namespace heartlab {
namespace {

using std::numbers::pi;
using Anchor = Painter::Anchor;

constexpr const char* kDiastole = "end diastole";
constexpr Colour kMuscle{160, 110, 80};

struct Frame {
  double left, top, right, bottom, x_high, y_high;
  double x(double value) const { return left + value / x_high * (right - left); }
  double y(double value) const { return bottom - value / y_high * (bottom - top); }
};

void draw_axes(Painter& painter, const Frame& frame, const std::string& x_label) {
  const double y_step = tick_step(frame.y_high, 6), x_step = tick_step(frame.x_high, 8);
  for (double tick = 0; tick <= frame.y_high + 1e-9; tick += y_step) {
    painter.lines({{{frame.left, frame.y(tick)}, {frame.right, frame.y(tick)}}}, kGrid, 1);
    painter.text({frame.left - 10, frame.y(tick) + 4.5}, fmt::format("{:g}", tick), kFaintInk, 9,
                 Anchor::kEnd);
  }
  for (double tick = 0; tick <= frame.x_high + 1e-9; tick += x_step) {
    painter.text({frame.x(tick), frame.bottom + 22}, fmt::format("{:g}", tick), kFaintInk, 9,
                 Anchor::kMiddle);
  }
  painter.lines({{{frame.left, frame.bottom}, {frame.right, frame.bottom}}}, kFaintInk, 1.2);
  painter.text({(frame.left + frame.right) / 2, frame.bottom + 48}, x_label, kFaintInk, 10,
               Anchor::kMiddle);
}

Contour dot(Point centre, double radius) {
  Contour circle;
  for (int i = 0; i < 48; ++i) {
    const double angle = 2 * pi * i / 48;
    circle.points.push_back(
        {centre.x + radius * std::cos(angle), centre.y + radius * std::sin(angle)});
  }
  return circle;
}

// One volume over the phases; phases without one break the line.
void draw_curve(Painter& painter, const Frame& frame, const std::vector<double>& x,
                const std::vector<PhaseVolume>& phases, Measured PhaseVolume::*quantity,
                Colour colour) {
  std::vector<std::vector<Point>> lines(1);
  std::vector<Contour> dots;
  for (std::size_t p = 0; p < phases.size(); ++p) {
    const auto& value = (phases[p].*quantity).value;
    if (!value) {
      lines.emplace_back();
      continue;
    }
    lines.back().push_back({frame.x(x[p]), frame.y(*value)});
    dots.push_back(dot(lines.back().back(), 3.5));
  }
  painter.lines(lines, colour, 2.2);
  for (const auto& one : dots) painter.fill({one}, colour);
}

void mark(Painter& painter, const Frame& frame, double x, double value, const std::string& name) {
  const bool above = name == kDiastole;
  const Point at{frame.x(x), frame.y(value)};
  painter.fill({dot(at, 7)}, kPaper);
  painter.fill({dot(at, 5.5)}, kPredictionColour);
  const bool near_right = at.x > frame.right - 120;
  constexpr double kHeight = 10, kBeside = 12, kRoom = 3;
  const std::string text = fmt::format("{} {:.1f} ml", name, value);
  const double width = text_width(text) * kHeight / kCapitalHeight;
  const double left = near_right ? at.x - kBeside - width : at.x + kBeside;
  const double base = at.y + (above ? -10 : 22);
  // No line runs through the words.
  const double top = base - kHeight - kRoom, bottom = base + kRoom;
  painter.fill({Contour{{{left - kRoom, top},
                         {left + width + kRoom, top},
                         {left + width + kRoom, bottom},
                         {left - kRoom, bottom}}}},
               kPaper);
  painter.text({left, base}, text, kInk, kHeight, Anchor::kStart);
}

}  // namespace

ColourImage volume_curve(const StackMeasurements& measurements) {
  const Volumes& volumes = measurements.volumes;
  const auto& phases = volumes.phases;
  const auto& times = measurements.layout.times;
  double most = 0;
  bool muscle = false;
  for (const auto& phase : phases) {
    most = std::max({most, phase.cavity.value.value_or(0), phase.muscle.value.value_or(0)});
    muscle = muscle || phase.muscle.value.has_value();
  }
  if (most <= 0) return {};
  const bool timed = times.front() >= 0;
  std::vector<double> x;
  for (std::size_t p = 0; p < phases.size(); ++p) {
    x.push_back(timed ? times[p] : static_cast<double>(p + 1));
  }
  const double y_step = tick_step(most * 1.08, 6);
  ColourImage picture(480, 860, kPaper);
  Painter painter(picture);
  const Frame frame{
      84, 80, 820, 410, std::max(1.0, x.back() * 1.02), std::ceil(most * 1.08 / y_step) * y_step};
  painter.text({36, 36}, "Volume of the left ventricle in millilitres", kInk, 13, Anchor::kStart);
  draw_axes(painter, frame, timed ? "milliseconds after the R wave" : "phase");
  draw_curve(painter, frame, x, phases, &PhaseVolume::cavity, kAccent);
  if (muscle) draw_curve(painter, frame, x, phases, &PhaseVolume::muscle, kMuscle);
  painter.lines({{{frame.right - 250, 60}, {frame.right - 226, 60}}}, kAccent, 3);
  painter.text({frame.right - 218, 64}, "cavity", kInk, 9, Anchor::kStart);
  if (muscle) {
    painter.lines({{{frame.right - 130, 60}, {frame.right - 106, 60}}}, kMuscle, 3);
    painter.text({frame.right - 98, 64}, "myocardium", kInk, 9, Anchor::kStart);
  }
  if (volumes.end_diastolic.value) {
    mark(painter, frame, x[static_cast<std::size_t>(volumes.end_diastole)],
         *volumes.end_diastolic.value, kDiastole);
  }
  if (volumes.end_systolic.value) {
    mark(painter, frame, x[static_cast<std::size_t>(volumes.end_systole)],
         *volumes.end_systolic.value, "end systole");
  }
  return picture;
}

}  // namespace heartlab
