#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace heartlab {

// A frame of RLE Lossless (PS3.5 Annex G) with 1 or 2 bytes a pixel; nothing where the fragment
// does not hold `pixels` of them.
std::optional<std::vector<std::uint16_t>> decode_rle(std::span<const std::uint8_t> fragment,
                                                     std::size_t pixels,
                                                     std::size_t bytes_of_pixel);

}  // namespace heartlab
