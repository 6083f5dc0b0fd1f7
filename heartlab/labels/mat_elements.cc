#include "heartlab/labels/mat_elements.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "heartlab/core/error.h"

namespace heartlab {

std::size_t MatElement::item_size() const {
  switch (type) {
    case kMatInt8:
    case kMatUint8:
    case kMatUtf8:
      return 1;
    case kMatInt16:
    case kMatUint16:
    case kMatUtf16:
      return 2;
    case kMatInt32:
    case kMatUint32:
    case kMatSingle:
      return 4;
    case kMatDouble:
    case kMatInt64:
    case kMatUint64:
      return 8;
    default:
      return 0;
  }
}

void MatElementReader::corrupt(const std::string& what) const {
  fail(ErrorKind::kBadInput, "{}: truncated or corrupt MATLAB v5 file: {}", name_, what);
}

template <typename T>
T MatElementReader::load(std::span<const std::uint8_t> bytes, std::size_t index) const {
  std::array<std::uint8_t, sizeof(T)> raw;
  std::memcpy(raw.data(), bytes.data() + index * sizeof(T), sizeof(T));
  if (swap_) std::ranges::reverse(raw);
  return std::bit_cast<T>(raw);
}

std::uint32_t MatElementReader::word(std::span<const std::uint8_t> bytes, std::size_t index) const {
  return load<std::uint32_t>(bytes, index);
}

double MatElementReader::number(const MatElement& element, std::size_t index) const {
  switch (element.type) {
    case kMatInt8:
      return load<std::int8_t>(element.data, index);
    case kMatUint8:
    case kMatUtf8:
      return load<std::uint8_t>(element.data, index);
    case kMatInt16:
      return load<std::int16_t>(element.data, index);
    case kMatUint16:
    case kMatUtf16:
      return load<std::uint16_t>(element.data, index);
    case kMatInt32:
      return load<std::int32_t>(element.data, index);
    case kMatUint32:
      return load<std::uint32_t>(element.data, index);
    case kMatSingle:
      return load<float>(element.data, index);
    case kMatInt64:
      return static_cast<double>(load<std::int64_t>(element.data, index));
    case kMatUint64:
      return static_cast<double>(load<std::uint64_t>(element.data, index));
    default:
      return load<double>(element.data, index);
  }
}

MatElement MatElementReader::next(std::span<const std::uint8_t>& rest) const {
  if (rest.size() < 8) corrupt("an element is cut off");
  const std::uint32_t first = word(rest, 0);
  if (first >> 16 != 0) {  // a small element: size and type share a word
    const std::size_t size = first >> 16;
    if (size > 4) corrupt("a small element of more than 4 bytes");
    const MatElement element{first & 0xffff, rest.subspan(4, size)};
    rest = rest.subspan(8);
    return element;
  }
  const std::size_t size = word(rest, 1);
  rest = rest.subspan(8);
  if (size > rest.size()) {
    corrupt(fmt::format("an element of {} bytes has {} left", size, rest.size()));
  }
  const MatElement element{first, rest.first(size)};
  const std::size_t padded = first == kMatCompressed ? size : (size + 7) / 8 * 8;
  rest = rest.subspan(std::min(padded, rest.size()));
  return element;
}

Bytes MatElementReader::inflate(const MatElement& compressed, std::size_t most) const {
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) corrupt("zlib does not start");
  stream.next_in = const_cast<Bytef*>(compressed.data.data());
  stream.avail_in = static_cast<uInt>(compressed.data.size());
  Bytes bytes;
  std::array<std::uint8_t, 1 << 15> block;
  int status = Z_OK;
  while (status == Z_OK && bytes.size() < most) {
    stream.next_out = block.data();
    stream.avail_out = block.size();
    status = ::inflate(&stream, Z_NO_FLUSH);
    bytes.insert(bytes.end(), block.begin(), block.end() - stream.avail_out);
  }
  inflateEnd(&stream);
  if (status != Z_OK && status != Z_STREAM_END) {
    corrupt("a compressed variable does not decompress");
  }
  return bytes;
}

}  // namespace heartlab
