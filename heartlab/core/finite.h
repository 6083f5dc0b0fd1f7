#pragma once

#include <bit>
#include <cstdint>
#include <span>

namespace heartlab {

// Whether every value is a number below 2^100 in size, far beyond what any network computes with:
// sums and means of them stay finite. Without a branch, so that a compiler turns it into vectors.
inline bool all_sane(std::span<const float> values) {
  constexpr std::uint32_t kSize = 0x7fffffff, kTop = 0x80000000, kLimit = (127U + 100U) << 23;
  std::uint32_t sums = 0;  // the top bit is set by a size from the limit on
  for (const float value : values) {
    sums |= (std::bit_cast<std::uint32_t>(value) & kSize) + (kTop - kLimit);
  }
  return sums < kTop;
}

}  // namespace heartlab
