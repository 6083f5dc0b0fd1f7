#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "heartlab/image/contour.h"
#include "heartlab/image/draw.h"

namespace heartlab {

// Text made safe inside HTML, SVG and their attributes.
std::string escape(const std::string& text);
std::string base64(std::span<const std::uint8_t> bytes);
std::string hex(Colour colour);  // "#2ecc71"

// An SVG drawing put together element by element; coordinates in its own pixels.
class Svg {
 public:
  enum class Anchor { kStart, kMiddle, kEnd };

  Svg(double width, double height) : width_(width), height_(height) {}

  void rectangle(double x, double y, double width, double height, Colour fill);
  void line(Point from, Point to, Colour colour, double width, const std::string& dashes = "");
  void polyline(const std::vector<Point>& points, Colour colour, double width, double opacity = 1);
  void circle(Point centre, double radius, Colour fill, double opacity, const std::string& title);
  void cross(Point centre, double radius, Colour colour, const std::string& title);
  void text(Point at, const std::string& text, Colour colour, double size, Anchor anchor,
            bool bold = false);
  void text_upwards(Point at, const std::string& text, Colour colour, double size);

  // The whole <svg> element; `label` describes it to those who do not see it.
  std::string element(const std::string& label) const;

 private:
  double width_, height_;
  std::string body_;
};

}  // namespace heartlab
