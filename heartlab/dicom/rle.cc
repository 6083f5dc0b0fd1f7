#include "heartlab/dicom/rle.h"

#include <algorithm>

namespace heartlab {
namespace {

constexpr std::size_t kHeader = 64;       // bytes: the number of segments, then their offsets
constexpr std::size_t kLongestRun = 128;  // bytes from two

std::size_t word(std::span<const std::uint8_t> bytes, std::size_t index) {
  std::size_t value = 0;
  for (std::size_t i = 4; i > 0; --i) value = value << 8 | bytes[4 * index + i - 1];
  return value;
}

// Puts the bytes of a segment into the pixels, shifted; true where there are enough of them.
bool decode_segment(std::span<const std::uint8_t> segment, int shift,
                    std::vector<std::uint16_t>& pixels) {
  std::size_t done = 0;
  const auto put = [&](std::uint8_t byte) {
    if (done < pixels.size()) pixels[done++] |= static_cast<std::uint16_t>(byte << shift);
  };
  std::size_t at = 0;
  while (done < pixels.size() && at + 1 < segment.size()) {
    const std::size_t code = segment[at++];
    if (code < 128) {  // code + 1 bytes as they are
      for (std::size_t i = 0; i <= code && at < segment.size(); ++i) put(segment[at++]);
    } else if (code > 128) {  // one byte 257 - code times
      for (std::size_t i = 0; i < 257 - code; ++i) put(segment[at]);
      ++at;
    }
  }
  return done == pixels.size();
}

}  // namespace

std::optional<std::vector<std::uint16_t>> decode_rle(std::span<const std::uint8_t> fragment,
                                                     std::size_t pixels,
                                                     std::size_t bytes_of_pixel) {
  if (fragment.size() < kHeader || word(fragment, 0) != bytes_of_pixel ||
      pixels / kLongestRun > fragment.size()) {
    return std::nullopt;
  }
  std::vector<std::uint16_t> values(pixels);
  for (std::size_t i = 0; i < bytes_of_pixel; ++i) {
    const std::size_t start = word(fragment, i + 1);
    const std::size_t end = i + 1 < bytes_of_pixel ? word(fragment, i + 2) : fragment.size();
    if (start < kHeader || start > end || end > fragment.size()) return std::nullopt;
    const int shift = static_cast<int>(8 * (bytes_of_pixel - 1 - i));  // high bytes come first
    if (!decode_segment(fragment.subspan(start, end - start), shift, values)) return std::nullopt;
  }
  return values;
}

}  // namespace heartlab
