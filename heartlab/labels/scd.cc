#include <charconv>
#include <cmath>
#include <optional>
#include <regex>
#include <string_view>

#include "heartlab/core/error.h"
#include "heartlab/labels/coordinates.h"
#include "heartlab/labels/labels.h"

namespace heartlab {
namespace {

constexpr std::size_t kLongestShown = 40;  // characters of a line in a message

const std::regex& name_pattern() {
  static const std::regex pattern(R"(IM-\d+-(\d{1,9})-([io])contour-(manual|auto)\.txt)",
                                  std::regex::icase);
  return pattern;
}

std::string_view next_word(std::string_view& rest) {
  constexpr std::string_view kBlank = " \t\r,;";
  const auto first = rest.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return rest = {};
  rest.remove_prefix(first);
  const std::string_view word = rest.substr(0, rest.find_first_of(kBlank));
  rest.remove_prefix(word.size());
  return word;
}

std::optional<double> next_number(std::string_view& rest) {
  const std::string_view word = next_word(rest);
  double value = 0;
  const auto [end, code] = std::from_chars(word.data(), word.data() + word.size(), value);
  const bool whole = code == std::errc() && end == word.data() + word.size();
  if (!whole || !(std::abs(value) <= kLargestCoordinate)) return std::nullopt;
  return value;
}

Contour parse_contour(const std::string& text, const std::string& name) {
  Contour contour;
  std::size_t line_number = 0;
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  const std::size_t first = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  for (std::size_t start = first; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    const std::string_view line(text.data() + start, end - start);
    start = end + 1;
    ++line_number;
    std::string_view rest = line;
    if (next_word(rest).empty()) continue;
    rest = line;
    const auto x = next_number(rest);
    const auto y = next_number(rest);
    if (!x || !y || !next_word(rest).empty()) {
      fail(ErrorKind::kBadInput, "{}, line {}: expected two numbers 'x y', found '{}'", name,
           line_number, line.substr(0, kLongestShown));
    }
    contour.points.push_back({*x - kFirstPixel, *y - kFirstPixel});
  }
  auto& points = contour.points;
  if (points.size() > 1 && points.front() == points.back()) points.pop_back();
  if (points.size() < 3) {
    fail(ErrorKind::kBadInput, "{}: expected at least 3 vertices, found {}", name, points.size());
  }
  return contour;
}

}  // namespace

bool is_scd_contour_name(const Path& file) {
  return std::regex_match(file.filename().string(), name_pattern());
}

LabelledContours read_scd_contour(const Path& file) {
  std::smatch parts;
  const std::string name = file.filename().string();
  if (!std::regex_match(name, parts, name_pattern())) {
    fail(ErrorKind::kBadInput,
         "{}: expected a name like IM-0001-0042-icontour-manual.txt, found '{}'", file.string(),
         name);
  }
  LabelledContours label;
  label.file = file;
  label.patient = file.parent_path().filename().string();
  label.instance_number = std::stoi(parts[1]);
  const bool inner = parts[2] == "i" || parts[2] == "I";
  (inner ? label.endocardium : label.epicardium) = parse_contour(read_text(file), file.string());
  return label;
}

}  // namespace heartlab
