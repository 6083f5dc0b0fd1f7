#include "heartlab/evaluate/markup.h"

#include <fmt/format.h>

namespace heartlab {
namespace {

std::string title_element(const std::string& title) {
  return title.empty() ? "" : "<title>" + escape(title) + "</title>";
}

}  // namespace

std::string escape(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      case '\'':
        safe += "&#39;";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

std::string base64(std::span<const std::uint8_t> bytes) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t word = 0;
    for (std::size_t j = 0; j < 3; ++j) word = word << 8 | (j < count ? bytes[i + j] : 0u);
    for (std::size_t j = 0; j < 4; ++j) {
      text += j <= count ? kDigits[word >> (18 - 6 * j) & 63] : '=';
    }
  }
  return text;
}

std::string hex(Colour colour) {
  return fmt::format("#{:02x}{:02x}{:02x}", colour.red, colour.green, colour.blue);
}

void Svg::rectangle(double x, double y, double width, double height, Colour fill) {
  body_ += fmt::format(R"(<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" fill="{}"/>)",
                       x, y, width, height, hex(fill));
}

void Svg::line(Point from, Point to, Colour colour, double width, const std::string& dashes) {
  body_ += fmt::format(
      R"(<line x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}" stroke="{}" stroke-width="{}"{}/>)",
      from.x, from.y, to.x, to.y, hex(colour), width,
      dashes.empty() ? "" : fmt::format(R"( stroke-dasharray="{}")", dashes));
}

void Svg::polyline(const std::vector<Point>& points, Colour colour, double width, double opacity) {
  std::string path;
  for (const auto& point : points) path += fmt::format("{:.1f},{:.1f} ", point.x, point.y);
  body_ += fmt::format(
      R"(<polyline points="{}" fill="none" stroke="{}" stroke-width="{}" stroke-opacity="{}" )"
      R"(stroke-linejoin="round"/>)",
      path, hex(colour), width, opacity);
}

void Svg::circle(Point centre, double radius, Colour fill, double opacity,
                 const std::string& title) {
  body_ += fmt::format(
      R"(<circle cx="{:.1f}" cy="{:.1f}" r="{}" fill="{}" fill-opacity="{}">{}</circle>)", centre.x,
      centre.y, radius, hex(fill), opacity, title_element(title));
}

void Svg::cross(Point centre, double radius, Colour colour, const std::string& title) {
  body_ +=
      fmt::format(R"(<path d="M{0:.1f} {1:.1f}L{2:.1f} {3:.1f}M{0:.1f} {3:.1f}L{2:.1f} {1:.1f}" )"
                  R"(stroke="{4}" stroke-width="1.8" fill="none">{5}</path>)",
                  centre.x - radius, centre.y - radius, centre.x + radius, centre.y + radius,
                  hex(colour), title_element(title));
}

void Svg::text(Point at, const std::string& text, Colour colour, double size, Anchor anchor,
               bool bold) {
  constexpr const char* kAnchors[] = {"start", "middle", "end"};
  body_ += fmt::format(
      R"(<text x="{:.1f}" y="{:.1f}" fill="{}" font-size="{}" text-anchor="{}"{}>{}</text>)", at.x,
      at.y, hex(colour), size, kAnchors[static_cast<int>(anchor)],
      bold ? R"( font-weight="600")" : "", escape(text));
}

void Svg::text_upwards(Point at, const std::string& text, Colour colour, double size) {
  body_ += fmt::format(
      R"svg(<text transform="translate({:.1f} {:.1f}) rotate(-90)" fill="{}" font-size="{}" )svg"
      R"(text-anchor="middle">{}</text>)",
      at.x, at.y, hex(colour), size, escape(text));
}

std::string Svg::element(const std::string& label) const {
  return fmt::format(
      R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0:.0f} {1:.0f}" width="{0:.0f}" )"
      R"(height="{1:.0f}" role="img" aria-label="{2}" )"
      R"(font-family="'Inter','Segoe UI','Helvetica Neue',Arial,sans-serif">{3}</svg>)",
      width_, height_, escape(label), body_);
}

}  // namespace heartlab
