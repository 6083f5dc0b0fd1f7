#pragma once

#include <string>
#include <vector>

#include "heartlab/image/contour.h"

namespace heartlab {

inline constexpr double kCapitalHeight = 7;  // of a letter, in its own pixels

int text_width(const std::string& text, int scale = 1);  // pixels

// In lines no wider than `width`, broken between words; a longer word has its own line.
std::vector<std::string> wrapped(const std::string& text, int width, int scale = 1);

// The letters' pixels joined to lines, in the letters' own pixels: x from the start of the first
// letter, y from the base line down; a dot is a line from a point to itself.
std::vector<std::vector<Point>> text_strokes(const std::string& text);

}  // namespace heartlab
