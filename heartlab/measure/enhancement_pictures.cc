#include <fmt/format.h>

#include <algorithm>

#include "heartlab/image/draw.h"
#include "heartlab/measure/pictures.h"

namespace heartlab {
namespace {

constexpr int kMargin = 14;  // pixels around the muscle

struct Box {
  int top = 1 << 30, left = 1 << 30, bottom = -1, right = -1;
};

// One box around the muscle of every slice, with a margin, within the images.
Box box_of(const std::vector<EnhancedSlice>& slices) {
  Box box;
  for (const auto& slice : slices) {
    for (int row = 0; row < slice.judged.rows; ++row) {
      for (int column = 0; column < slice.judged.columns; ++column) {
        if (slice.judged.at(row, column) == 0) continue;
        box.top = std::min(box.top, row - kMargin);
        box.left = std::min(box.left, column - kMargin);
        box.bottom = std::max(box.bottom, row + kMargin);
        box.right = std::max(box.right, column + kMargin);
      }
    }
  }
  return box;
}

GreyImage cut(const GreyImage& image, const Box& box) {
  const int top = std::max(0, box.top), left = std::max(0, box.left);
  const int bottom = std::min(image.rows - 1, box.bottom);
  const int right = std::min(image.columns - 1, box.right);
  if (bottom < top || right < left) return image;
  GreyImage part(bottom - top + 1, right - left + 1);
  for (int row = 0; row < part.rows; ++row) {
    for (int column = 0; column < part.columns; ++column) {
      part.at(row, column) = image.at(top + row, left + column);
    }
  }
  return part;
}

}  // namespace

ColourImage enhancement_picture(const Enhancement& enhancement,
                                const std::vector<GreyImage>& greys) {
  const Box box = box_of(enhancement.slices);
  std::vector<ColourImage> pictures;
  std::vector<std::string> captions;
  for (std::size_t k = 0; k < greys.size(); ++k) {
    const EnhancedSlice& slice = enhancement.slices[k];
    pictures.push_back(
        overlay(cut(greys[k], box), cut(slice.judged, box), cut(slice.by_half_maximum, box)));
    const auto judged = static_cast<double>(count_set(slice.judged));
    const auto enhanced = static_cast<double>(count_set(slice.by_half_maximum));
    captions.push_back(fmt::format("slice {}: {:.0f} % enhanced", slice.slice + 1,
                                   judged > 0 ? 100 * enhanced / judged : 0));
  }
  return contact_sheet(pictures, captions, 4);
}

ColourImage enhancement_eye(const Enhancement& enhancement) {
  const auto& shares = enhancement.by_segment;
  if (std::ranges::none_of(shares, [](const auto& share) { return share.has_value(); })) return {};
  return bulls_eyes({{"end diastole", shares}},
                    {"Enhanced share of each segment in per cent", "%", 0, 100, 0});
}

}  // namespace heartlab
