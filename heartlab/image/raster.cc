#include "heartlab/image/raster.h"

#include <algorithm>

namespace heartlab {

std::size_t count_set(const Mask& mask) {
  return mask.pixels.size() -
         static_cast<std::size_t>(std::count(mask.pixels.begin(), mask.pixels.end(), 0));
}

}  // namespace heartlab
