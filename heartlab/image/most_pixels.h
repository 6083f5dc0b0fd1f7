#pragma once

#include <cstdint>

namespace heartlab {

// Of a file or a caller's image: 1 GiB as float. More is refused before memory is taken.
inline constexpr std::uint64_t kMostPixels = std::uint64_t{1} << 28;

}  // namespace heartlab
