#include "heartlab/evaluate/plots.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "heartlab/image/draw.h"
#include "heartlab/image/painter.h"

namespace heartlab {
namespace {

constexpr double kFont = 12;

std::string plain(double value) {
  const double shown = std::round(value * 1e6) / 1e6;
  return fmt::format("{:g}", shown == 0 ? 0 : shown);  // never "-0"
}

// The part of a drawing that holds the data, with the values at its edges.
struct Frame {
  double left, top, width, height;
  double x_low, x_high, y_low, y_high;

  double x(double value) const { return left + (value - x_low) / (x_high - x_low) * width; }
  double y(double value) const {
    return top + height - (value - y_low) / (y_high - y_low) * height;
  }
};

void draw_y_axis(Svg& svg, const Frame& frame, double step) {
  for (double tick = std::ceil(frame.y_low / step - 1e-9) * step;
       tick <= frame.y_high + step * 1e-6; tick += step) {
    svg.line({frame.left, frame.y(tick)}, {frame.left + frame.width, frame.y(tick)}, kGrid, 1);
    svg.text({frame.left - 8, frame.y(tick) + 4}, plain(tick), kFaintInk, kFont, Svg::Anchor::kEnd);
  }
}

void draw_x_axis(Svg& svg, const Frame& frame, double step, bool with_grid) {
  const double bottom = frame.top + frame.height;
  for (double tick = std::ceil(frame.x_low / step - 1e-9) * step;
       tick <= frame.x_high + step * 1e-6; tick += step) {
    if (with_grid) svg.line({frame.x(tick), frame.top}, {frame.x(tick), bottom}, kGrid, 1);
    svg.text({frame.x(tick), bottom + 18}, plain(tick), kFaintInk, kFont, Svg::Anchor::kMiddle);
  }
}

void draw_curve(Svg& svg, const Frame& frame, const Curve& curve) {
  std::vector<Point> points;
  const auto flush = [&] {
    if (points.size() == 1) svg.circle(points[0], 2.5, curve.colour, 1, "");
    if (points.size() > 1) {
      svg.polyline(points, curve.colour, curve.faint ? 1 : 2, curve.faint ? 0.3 : 1);
    }
    points.clear();
  };
  for (std::size_t i = 0; i < curve.x.size(); ++i) {
    if (!std::isfinite(curve.y[i])) {
      flush();
      continue;
    }
    points.push_back(
        {frame.x(curve.x[i]), frame.y(std::clamp(curve.y[i], frame.y_low, frame.y_high))});
  }
  flush();
}

void draw_legend(Svg& svg, const Frame& frame, const std::vector<Curve>& curves) {
  double right = frame.left + frame.width;
  for (auto curve = curves.rbegin(); curve != curves.rend(); ++curve) {
    if (curve->name.empty()) continue;
    const double start = right - 7.0 * static_cast<double>(curve->name.size());
    svg.text({start, frame.top - 10}, curve->name, kInk, kFont, Svg::Anchor::kStart);
    svg.line({start - 24, frame.top - 14}, {start - 6, frame.top - 14}, curve->colour, 2.5);
    right = start - 40;
  }
}

}  // namespace

std::string strip_plot(const std::vector<Strip>& strips, StripMeans means) {
  constexpr double kRow = 24, kWidth = 860;
  const bool shown = means == StripMeans::kShown;
  const double height = kRow * static_cast<double>(strips.size());
  std::size_t longest = 0;
  for (const auto& strip : strips) longest = std::max(longest, strip.name.size());
  const double left = std::clamp(7.2 * static_cast<double>(longest) + 18, 60.0, 240.0);
  Svg svg(kWidth, height + 62);
  const Frame frame{left, 16, kWidth - left - 60, height, 0, 1, 0, 1};
  draw_x_axis(svg, frame, 0.1, true);
  svg.text({frame.left + frame.width / 2, frame.top + height + 38},
           shown ? "Dice of each image (1 = the same outline, 0 = no overlap)"
                 : "Mean Dice of the patient's images (1 = the same outlines, 0 = no overlap)",
           kFaintInk, kFont, Svg::Anchor::kMiddle);
  if (shown) svg.text({kWidth - 6, frame.top - 4}, "mean", kFaintInk, kFont, Svg::Anchor::kEnd);
  for (std::size_t i = 0; i < strips.size(); ++i) {
    const Strip& strip = strips[i];
    const double y = frame.top + kRow * (static_cast<double>(i) + 0.5);
    svg.line({frame.left, y}, {frame.left + frame.width, y}, kGrid, 1);
    svg.text({frame.left - 14, y + 4}, strip.name, kInk, kFont, Svg::Anchor::kEnd);
    if (shown) {
      svg.line({frame.x(strip.mean), y - 9}, {frame.x(strip.mean), y + 9}, kPredictionColour, 3);
      svg.text({kWidth - 6, y + 4}, fmt::format("{:.2f}", strip.mean), kInk, kFont,
               Svg::Anchor::kEnd, true);
    }
    for (const auto& point : strip.points) {
      const Point at{frame.x(point.dice), y};
      if (point.missed) {
        svg.cross(at, 4.5, kWarning, point.title);
      } else {
        svg.circle(at, 4, point.colour, shown ? 0.55 : 0.85, point.title);
      }
    }
  }
  return svg.element("Dice of every image, patient by patient");
}

std::string dice_histogram(const std::vector<double>& dice, int missed) {
  constexpr int kBins = 20;
  std::array<int, kBins> counts{};
  for (const double value : dice) {
    ++counts[static_cast<std::size_t>(std::clamp(int(value * kBins + 1e-9), 0, kBins - 1))];
  }
  const int most = std::max({1, missed, *std::max_element(counts.begin(), counts.end())});
  const double step = std::max(1.0, tick_step(most, 4));
  constexpr double kWidth = 860, kHeight = 280;
  Svg svg(kWidth, kHeight);
  const Frame frame{64, 18, kWidth - 84, kHeight - 76, -0.1, 1, 0, std::ceil(most / step) * step};
  draw_y_axis(svg, frame, step);
  const auto bar = [&](double low, double high, int count, Colour colour) {
    const double top = frame.y(count);
    if (count > 0) {
      svg.rectangle(frame.x(low) + 1.5, top, frame.x(high) - frame.x(low) - 3, frame.y(0) - top,
                    colour);
    }
  };
  for (int i = 0; i < kBins; ++i) {
    bar(i / double(kBins), (i + 1) / double(kBins), counts[static_cast<std::size_t>(i)], kAccent);
  }
  bar(-0.1, -0.05, missed, kWarning);
  svg.text({frame.x(-0.075), frame.y(0) + 18}, "missed", kWarning, kFont, Svg::Anchor::kMiddle);
  for (int i = 0; i <= 10; ++i) {
    svg.text({frame.x(i / 10.0), frame.y(0) + 18}, plain(i / 10.0), kFaintInk, kFont,
             Svg::Anchor::kMiddle);
  }
  svg.line({frame.left, frame.y(0)}, {frame.left + frame.width, frame.y(0)}, kFaintInk, 1);
  svg.text({frame.left + frame.width / 2, kHeight - 14}, "Dice", kFaintInk, kFont,
           Svg::Anchor::kMiddle);
  svg.text_upwards({16, frame.top + frame.height / 2}, "images", kFaintInk, kFont);
  return svg.element("How many images have which Dice");
}

std::string reliability_diagram(const std::vector<ScatterPoint>& images,
                                const std::vector<ScatterPoint>& bins) {
  constexpr double kWidth = 560, kHeight = 540;
  Svg svg(kWidth, kHeight);
  const Frame frame{64, 18, kWidth - 84, kHeight - 76, 0, 1, 0, 1};
  draw_y_axis(svg, frame, 0.2);
  draw_x_axis(svg, frame, 0.2, true);
  svg.line({frame.x(0), frame.y(0)}, {frame.x(1), frame.y(1)}, kFaintInk, 1.5);
  for (const auto& image : images) {
    svg.circle({frame.x(image.x), frame.y(image.y)}, 3, kAccent, 0.35, image.title);
  }
  constexpr double kSmallest = 4, kArea = 300;  // of a bin's dot: radius; square of the largest
  for (const auto& bin : bins) {
    const double share = bin.images / static_cast<double>(std::max<std::size_t>(1, images.size()));
    svg.circle({frame.x(bin.x), frame.y(bin.y)}, kSmallest + std::sqrt(kArea * share),
               kPredictionColour, 0.75, bin.title);
  }
  svg.text({frame.left + frame.width / 2, kHeight - 14}, "confidence: the Dice expected", kFaintInk,
           kFont, Svg::Anchor::kMiddle);
  svg.text_upwards({16, frame.top + frame.height / 2}, "Dice", kFaintInk, kFont);
  return svg.element("The Dice of every image against the Dice that was expected");
}

std::string line_chart(const std::vector<Panel>& panels, const std::string& x_label,
                       const std::string& label) {
  constexpr double kWidth = 900, kPanel = 270, kGap = 58;
  const double height = static_cast<double>(panels.size()) * (kPanel + kGap) + 40;
  double x_high = 1;
  for (const auto& panel : panels) {
    for (const auto& curve : panel.curves) {
      for (const double x : curve.x) x_high = std::max(x_high, x);
    }
  }
  Svg svg(kWidth, height);
  svg.rectangle(0, 0, kWidth, height, {255, 255, 255});
  for (std::size_t i = 0; i < panels.size(); ++i) {
    const Panel& panel = panels[i];
    const double top = 44 + static_cast<double>(i) * (kPanel + kGap);
    const Frame frame{72, top, kWidth - 100, kPanel, 0, x_high, panel.low, panel.high};
    svg.text({frame.left, top - 10}, panel.title, kInk, 14, Svg::Anchor::kStart, true);
    draw_y_axis(svg, frame, tick_step(panel.high - panel.low, 5));
    draw_x_axis(svg, frame, tick_step(x_high, 8), false);
    svg.line({frame.left, top + kPanel}, {frame.left + frame.width, top + kPanel}, kFaintInk, 1);
    for (const auto& curve : panel.curves) draw_curve(svg, frame, curve);
    draw_legend(svg, frame, panel.curves);
    svg.text_upwards({20, top + kPanel / 2}, panel.y_label, kFaintInk, kFont);
  }
  svg.text({kWidth / 2, height - 14}, x_label, kFaintInk, kFont, Svg::Anchor::kMiddle);
  return svg.element(label);
}

}  // namespace heartlab
