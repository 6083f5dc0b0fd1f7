#include "heartlab/measure/crop.h"

#include <algorithm>

namespace heartlab {

void CropBox::take_in(int row, int column) {
  top = std::min(top, row - kMargin);
  left = std::min(left, column - kMargin);
  bottom = std::max(bottom, row + kMargin);
  right = std::max(right, column + kMargin);
}

CropBox CropBox::within(int rows, int columns) const {
  const CropBox box{std::max(0, top), std::max(0, left), std::min(rows - 1, bottom),
                    std::min(columns - 1, right)};
  if (box.bottom < box.top || box.right < box.left) return {0, 0, rows - 1, columns - 1};
  return box;
}

GreyImage cut(const GreyImage& image, const CropBox& box) {
  const CropBox inside = box.within(image.rows, image.columns);
  GreyImage part(inside.bottom - inside.top + 1, inside.right - inside.left + 1);
  for (int row = 0; row < part.rows; ++row) {
    for (int column = 0; column < part.columns; ++column) {
      part.at(row, column) = image.at(inside.top + row, inside.left + column);
    }
  }
  return part;
}

}  // namespace heartlab
