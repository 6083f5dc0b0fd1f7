#include <algorithm>
#include <cmath>

#include "heartlab/dicom/reader.h"

namespace heartlab {

GreyImage apply_window(const DicomFrame& frame) {
  const auto& values = frame.image.pixels;
  GreyImage grey(frame.image.rows, frame.image.columns);
  if (values.empty()) return grey;
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  // Values up to `first` are black, from `first` + `range` on white.
  double first = *low;
  double range = double(*high) - *low;
  if (frame.window_width > 0) {
    range = frame.window_width - 1;
    first = frame.window_centre - 0.5 - range / 2;
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double above = values[i] - first;
    const double share = above <= 0 ? 0 : above >= range ? 1 : above / range;
    grey.pixels[i] = static_cast<std::uint8_t>(std::lround(255 * share));
  }
  return grey;
}

}  // namespace heartlab
