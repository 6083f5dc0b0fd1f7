#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace heartlab {

struct JpegHeader {
  int rows = 0;
  int columns = 0;
  int bits = 0;  // of a sample
};

// What the frame header of a JPEG or JPEG-LS stream says (ITU-T T.81 B.2.2, T.87 C.2.2); nothing
// where there is none in these bytes.
std::optional<JpegHeader> read_jpeg_header(std::span<const std::uint8_t> bytes);

}  // namespace heartlab
