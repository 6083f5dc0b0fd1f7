#include <cstddef>
#include <cstdint>

#include "heartlab/core/error.h"
#include "heartlab/image/png.h"

namespace {

constexpr std::size_t kSignature = 8, kAroundChunk = 12;  // length, type and checksum

std::uint32_t checksum(const std::uint8_t* bytes, std::size_t count) {
  std::uint32_t sum = 0xFFFFFFFF;
  for (std::size_t i = 0; i < count; ++i) {
    sum ^= bytes[i];
    for (int bit = 0; bit < 8; ++bit) sum = sum >> 1 ^ ((sum & 1) != 0 ? 0xEDB88320 : 0);
  }
  return ~sum;
}

std::uint32_t read_number(const std::uint8_t* at) {
  return std::uint32_t{at[0]} << 24 | std::uint32_t{at[1]} << 16 | std::uint32_t{at[2]} << 8 |
         at[3];
}

void write_number(std::uint8_t* at, std::uint32_t value) {
  for (int i = 0; i < 4; ++i) at[i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
}

}  // namespace

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t largest);

// Gives most mutated files right checksums, so that they reach what stands behind those.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t largest, unsigned seed) {
  size = LLVMFuzzerMutate(data, size, largest);
  if (seed % 8 == 0) return size;
  for (std::size_t at = kSignature; at + kAroundChunk <= size;) {
    const std::size_t length = read_number(data + at);
    if (length > size - at - kAroundChunk) break;
    write_number(data + at + 8 + length, checksum(data + at + 4, length + 4));
    at += kAroundChunk + length;
  }
  return size;
}

// A PNG file of any content either decodes to an image of at least one pixel, of one size whichever
// way its values are read, or is an Error.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto values = heartlab::decode_png_values({data, size}, "fuzz.png");
    const auto image = heartlab::decode_png_deep({data, size}, "fuzz.png");
    if (image.empty()) __builtin_trap();
    if (image.rows != values.rows || image.columns != values.columns) __builtin_trap();
  } catch (const heartlab::Error&) {
    return 0;
  }
  return 0;
}
