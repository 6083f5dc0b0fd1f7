#include "heartlab/dicom/jpeg_header.h"

namespace heartlab {
namespace {

bool is_frame_header(int marker) {
  constexpr int kHuffmanTables = 0xc4, kReserved = 0xc8, kArithmeticTables = 0xcc, kJpegLs = 0xf7;
  if (marker == kJpegLs) return true;
  return marker >= 0xc0 && marker <= 0xcf && marker != kHuffmanTables && marker != kReserved &&
         marker != kArithmeticTables;
}

}  // namespace

std::optional<JpegHeader> read_jpeg_header(std::span<const std::uint8_t> bytes) {
  constexpr int kStartOfScan = 0xda;
  const auto word = [&](std::size_t at) { return bytes[at] << 8 | bytes[at + 1]; };
  if (bytes.size() < 2 || word(0) != 0xffd8) return std::nullopt;
  for (std::size_t at = 2; at + 9 <= bytes.size();) {
    const int marker = bytes[at + 1];
    if (bytes[at] != 0xff || marker == kStartOfScan) return std::nullopt;
    if (marker == 0xff) {  // a fill byte
      ++at;
      continue;
    }
    if (is_frame_header(marker)) return JpegHeader{word(at + 5), word(at + 7), bytes[at + 4]};
    at += 2 + std::size_t(word(at + 2));
  }
  return std::nullopt;
}

}  // namespace heartlab
