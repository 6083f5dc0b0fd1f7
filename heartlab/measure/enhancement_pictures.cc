#include <fmt/format.h>

#include <algorithm>

#include "heartlab/image/draw.h"
#include "heartlab/measure/crop.h"
#include "heartlab/measure/pictures.h"

namespace heartlab {
namespace {

// One box around the muscle of every slice.
CropBox box_of(const std::vector<EnhancedSlice>& slices) {
  CropBox box;
  for (const auto& slice : slices) {
    for (int row = 0; row < slice.judged.rows; ++row) {
      for (int column = 0; column < slice.judged.columns; ++column) {
        if (slice.judged.at(row, column) != 0) box.take_in(row, column);
      }
    }
  }
  return box;
}

}  // namespace

ColourImage enhancement_picture(const Enhancement& enhancement,
                                const std::vector<GreyImage>& greys) {
  const CropBox box = box_of(enhancement.slices);
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
