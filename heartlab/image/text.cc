#include "heartlab/image/text.h"

#include <algorithm>

#include "heartlab/image/draw.h"

namespace heartlab {
namespace {

constexpr int kGlyphWidth = 5, kGlyphHeight = 9, kPitch = 6;
constexpr int kGlyphsPerBlock = 12;
constexpr int kFirst = ' ', kUnknown = 127;

// ASCII 32 to 126 in blocks of twelve, and a box for everything else; the two last lines hold what
// hangs below the base line.
// clang-format off
constexpr const char* kGlyphs[][kGlyphHeight] = {
    {
     "..... ..#.. .#.#. .#.#. ..#.. ##... .##.. ..#.. ...#. .#... ..... .....",
     "..... ..#.. .#.#. .#.#. .#### ##..# #..#. ..#.. ..#.. ..#.. ..#.. ..#..",
     "..... ..#.. .#.#. ##### #.#.. ...#. #.#.. ..#.. .#... ...#. #.#.# ..#..",
     "..... ..#.. ..... .#.#. .###. ..#.. .#... ..... .#... ...#. .###. #####",
     "..... ..#.. ..... ##### ..#.# .#... #.#.# ..... .#... ...#. #.#.# ..#..",
     "..... ..... ..... .#.#. ####. #..## #..#. ..... ..#.. ..#.. ..#.. ..#..",
     "..... ..#.. ..... .#.#. ..#.. ...## .##.# ..... ...#. .#... ..... .....",
     "..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... .....",
     "..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ....."},
    {
     "..... ..... ..... ....# .###. ..#.. .###. ##### ...#. ##### ..##. #####",
     "..... ..... ..... ....# #...# .##.. #...# ...#. ..##. #.... .#... ....#",
     "..... ..... ..... ...#. #..## ..#.. ....# ..#.. .#.#. ####. #.... ...#.",
     "..... .###. ..... ..#.. #.#.# ..#.. ...#. ...#. #..#. ....# ####. ..#..",
     "..... ..... ..... .#... ##..# ..#.. ..#.. ....# ##### ....# #...# .#...",
     ".##.. ..... .##.. #.... #...# ..#.. .#... #...# ...#. #...# #...# .#...",
     ".##.. ..... .##.. #.... .###. .###. ##### .###. ...#. .###. .###. .#...",
     "..#.. ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... .....",
     ".#... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ....."},
    {
     ".###. .###. ..... ..... ...#. ..... .#... .###. .###. .###. ####. .###.",
     "#...# #...# ..... ..... ..#.. ..... ..#.. #...# #...# #...# #...# #...#",
     "#...# #...# .##.. .##.. .#... ##### ...#. ....# #.### #...# #...# #....",
     ".###. .#### .##.. .##.. #.... ..... ....# ...#. #.#.# ##### ####. #....",
     "#...# ....# ..... ..... .#... ##### ...#. ..#.. #.### #...# #...# #....",
     "#...# ...#. .##.. .##.. ..#.. ..... ..#.. ..... #.... #...# #...# #...#",
     ".###. .##.. .##.. .##.. ...#. ..... .#... ..#.. .###. #...# ####. .###.",
     "..... ..... ..... ..#.. ..... ..... ..... ..... ..... ..... ..... .....",
     "..... ..... ..... .#... ..... ..... ..... ..... ..... ..... ..... ....."},
    {
     "####. ##### ##### .###. #...# .###. ..### #...# #.... #...# #...# .###.",
     "#...# #.... #.... #...# #...# ..#.. ...#. #..#. #.... ##.## #...# #...#",
     "#...# #.... #.... #.... #...# ..#.. ...#. #.#.. #.... #.#.# ##..# #...#",
     "#...# ####. ####. #.### ##### ..#.. ...#. ##... #.... #.#.# #.#.# #...#",
     "#...# #.... #.... #...# #...# ..#.. ...#. #.#.. #.... #...# #..## #...#",
     "#...# #.... #.... #...# #...# ..#.. #..#. #..#. #.... #...# #...# #...#",
     "####. ##### #.... .#### #...# .###. .##.. #...# ##### #...# #...# .###.",
     "..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... .....",
     "..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ....."},
    {
     "####. .###. ####. .#### ##### #...# #...# #...# #...# #...# ##### .###.",
     "#...# #...# #...# #.... ..#.. #...# #...# #...# #...# #...# ....# .#...",
     "#...# #...# #...# #.... ..#.. #...# #...# #...# .#.#. .#.#. ...#. .#...",
     "####. #...# ####. .###. ..#.. #...# #...# #.#.# ..#.. ..#.. ..#.. .#...",
     "#.... #.#.# #.#.. ....# ..#.. #...# #...# #.#.# .#.#. ..#.. .#... .#...",
     "#.... #..#. #..#. ....# ..#.. #...# .#.#. ##.## #...# ..#.. #.... .#...",
     "#.... .##.# #...# ####. ..#.. .###. ..#.. #...# #...# ..#.. ##### .###.",
     "..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... .....",
     "..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ....."},
    {
     "#.... .###. ..#.. ..... .#... ..... #.... ..... ....# ..... ..##. .....",
     "#.... ...#. .#.#. ..... ..#.. ..... #.... ..... ....# ..... .#..# .....",
     ".#... ...#. #...# ..... ..... .###. #.##. .###. .##.# .###. .#... .####",
     "..#.. ...#. ..... ..... ..... ....# ##..# #...# #..## #...# ###.. #...#",
     "...#. ...#. ..... ..... ..... .#### #...# #.... #...# ##### .#... #...#",
     "....# ...#. ..... ..... ..... #...# #...# #...# #...# #.... .#... #...#",
     "....# .###. ..... ..... ..... .#### ####. .###. .#### .###. .#... .####",
     "..... ..... ..... ##### ..... ..... ..... ..... ..... ..... ..... ....#",
     "..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... .###."},
    {
     "#.... ..#.. ...#. #.... .##.. ..... ..... ..... ..... ..... ..... .....",
     "#.... ..... ..... #.... ..#.. ..... ..... ..... ..... ..... ..... .....",
     "#.##. .##.. ..##. #..#. ..#.. ##.#. #.##. .###. ####. .#### #.##. .####",
     "##..# ..#.. ...#. #.#.. ..#.. #.#.# ##..# #...# #...# #...# ##..# #....",
     "#...# ..#.. ...#. ##... ..#.. #.#.# #...# #...# #...# #...# #.... .###.",
     "#...# ..#.. ...#. #.#.. ..#.. #.#.# #...# #...# #...# #...# #.... ....#",
     "#...# .###. ...#. #..#. .###. #.#.# #...# .###. ####. .#### #.... ####.",
     "..... ..... #..#. ..... ..... ..... ..... ..... #.... ....# ..... .....",
     "..... ..... .##.. ..... ..... ..... ..... ..... #.... ....# ..... ....."},
    {
     ".#... ..... ..... ..... ..... ..... ..... ...#. ..#.. .#... ..... #####",
     ".#... ..... ..... ..... ..... ..... ..... ..#.. ..#.. ..#.. ..... #...#",
     "###.. #...# #...# #...# #...# #...# ##### ..#.. ..#.. ..#.. .#... #...#",
     ".#... #...# #...# #...# .#.#. #...# ...#. .#... ..#.. ...#. #.#.# #...#",
     ".#... #...# #...# #.#.# ..#.. #...# ..#.. ..#.. ..#.. ..#.. ...#. #...#",
     ".#..# #..## .#.#. #.#.# .#.#. #...# .#... ..#.. ..#.. ..#.. ..... #...#",
     "..##. .##.# ..#.. .#.#. #...# .#### ##### ...#. ..#.. .#... ..... #####",
     "..... ..... ..... ..... ..... ....# ..... ..... ..... ..... ..... .....",
     "..... ..... ..... ..... ..... .###. ..... ..... ..... ..... ..... ....."},
};
// clang-format on

bool is_inked(int code, int row, int column) {
  const int index = code - kFirst;
  const char* line = kGlyphs[index / kGlyphsPerBlock][row];
  return line[index % kGlyphsPerBlock * kPitch + column] == '#';
}

// One code a character of UTF-8 text.
std::vector<int> codes_of(const std::string& text) {
  std::vector<int> codes;
  for (const char c : text) {
    const int byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 && byte < 0xC0) continue;
    codes.push_back(byte >= kFirst && byte < kUnknown ? byte : kUnknown);
  }
  return codes;
}

bool is_inked_or_out(int code, int row, int column) {
  return row >= 0 && row < kGlyphHeight && column >= 0 && column < kGlyphWidth &&
         is_inked(code, row, column);
}

// Lines to the inked neighbours on the right and below; slanted ones only where no straight way
// leads there.
void add_strokes(std::vector<std::vector<Point>>& strokes, int code, int y, int x, double left) {
  const auto inked = [&](int dy, int dx) { return is_inked_or_out(code, y + dy, x + dx); };
  const auto at = [&](int dy, int dx) {
    return Point{left + x + dx, static_cast<double>(y + dy) - (kCapitalHeight - 1)};
  };
  strokes.push_back({at(0, 0), at(0, 0)});
  if (inked(0, 1)) strokes.push_back({at(0, 0), at(0, 1)});
  if (inked(1, 0)) strokes.push_back({at(0, 0), at(1, 0)});
  for (const int side : {-1, 1}) {
    if (inked(1, side) && !inked(0, side) && !inked(1, 0)) {
      strokes.push_back({at(0, 0), at(1, side)});
    }
  }
}

void fill_block(ColourImage& picture, int row, int column, int side, Colour colour) {
  for (int y = std::max(0, row); y < std::min(picture.rows, row + side); ++y) {
    for (int x = std::max(0, column); x < std::min(picture.columns, column + side); ++x) {
      picture.at(y, x) = colour;
    }
  }
}

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words(1);
  for (const char c : text) {
    if (c == ' ') {
      words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  return words;
}

}  // namespace

int text_width(const std::string& text, int scale) {
  const int count = static_cast<int>(codes_of(text).size());
  return count == 0 ? 0 : (count * kPitch - 1) * scale;
}

std::vector<std::vector<Point>> text_strokes(const std::string& text) {
  std::vector<std::vector<Point>> strokes;
  double left = 0;
  for (const int code : codes_of(text)) {
    for (int y = 0; y < kGlyphHeight; ++y) {
      for (int x = 0; x < kGlyphWidth; ++x) {
        if (is_inked(code, y, x)) add_strokes(strokes, code, y, x, left);
      }
    }
    left += kPitch;
  }
  return strokes;
}

void draw_text(ColourImage& picture, int row, int column, const std::string& text, Colour colour,
               int scale) {
  for (const int code : codes_of(text)) {
    for (int y = 0; y < kGlyphHeight; ++y) {
      for (int x = 0; x < kGlyphWidth; ++x) {
        if (!is_inked(code, y, x)) continue;
        fill_block(picture, row + y * scale, column + x * scale, scale, colour);
      }
    }
    column += kPitch * scale;
  }
}

std::vector<std::string> wrapped(const std::string& text, int width, int scale) {
  std::vector<std::string> lines;
  for (const auto& word : words_of(text)) {
    if (!lines.empty() && text_width(lines.back() + " " + word, scale) <= width) {
      lines.back() += " " + word;
    } else {
      lines.push_back(word);
    }
  }
  return lines;
}

}  // namespace heartlab
