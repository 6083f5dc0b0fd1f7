#include <algorithm>

#include "heartlab/core/error.h"
#include "heartlab/image/draw.h"

namespace heartlab {
namespace {

constexpr Colour kGround{22, 24, 28};
constexpr Colour kLetters{214, 218, 224};
constexpr int kMargin = 16;
constexpr int kCaptionGap = 8;
constexpr int kLineHeight = 12;  // at scale 1

}  // namespace

void paste(ColourImage& sheet, const ColourImage& picture, int row, int column) {
  for (int y = 0; y < picture.rows; ++y) {
    for (int x = 0; x < picture.columns; ++x) sheet.at(row + y, column + x) = picture.at(y, x);
  }
}

ColourImage contact_sheet(const std::vector<ColourImage>& pictures,
                          const std::vector<std::string>& captions, int per_row) {
  if (pictures.size() != captions.size() || per_row < 1) {
    fail(ErrorKind::kInternal, "contact sheet: {} pictures, {} captions, {} a row", pictures.size(),
         captions.size(), per_row);
  }
  int width = 1, height = 1;
  for (const auto& picture : pictures) {
    width = std::max(width, picture.columns);
    height = std::max(height, picture.rows);
  }
  const int scale = width >= 360 ? 2 : 1;
  std::size_t lines = 1;
  for (const auto& caption : captions)
    lines = std::max(lines, wrapped(caption, width, scale).size());

  const int count = static_cast<int>(pictures.size());
  const int columns = std::min(per_row, std::max(1, count));
  const int rows = (count + columns - 1) / columns;
  const int cell = height + kCaptionGap + static_cast<int>(lines) * kLineHeight * scale;
  ColourImage sheet(rows * (cell + kMargin) + kMargin, columns * (width + kMargin) + kMargin,
                    kGround);
  for (int i = 0; i < count; ++i) {
    const auto& picture = pictures[static_cast<std::size_t>(i)];
    const int top = kMargin + i / columns * (cell + kMargin);
    const int left = kMargin + i % columns * (width + kMargin);
    paste(sheet, picture, top, left);
    int line_top = top + picture.rows + kCaptionGap;
    for (const auto& line : wrapped(captions[static_cast<std::size_t>(i)], width, scale)) {
      draw_text(sheet, line_top, left, line, kLetters, scale);
      line_top += kLineHeight * scale;
    }
  }
  return sheet;
}

}  // namespace heartlab
