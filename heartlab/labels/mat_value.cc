#include "heartlab/labels/mat_value.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace heartlab {
namespace {

constexpr std::size_t kV5Header = 128;  // bytes; version and byte order are the last four
constexpr char kHdf5Signature[] = "\x89HDF\r\n\x1a\n";

bool has_hdf5_at(std::span<const std::uint8_t> bytes, std::size_t offset) {
  return bytes.size() >= offset + 8 && std::memcmp(bytes.data() + offset, kHdf5Signature, 8) == 0;
}

}  // namespace

std::size_t MatValue::count() const {
  std::size_t product = 1;
  for (const std::size_t dim : dims) product *= dim;
  return product;
}

std::string MatValue::description() const {
  return fmt::format("{} {}", fmt::join(dims, "x"), class_name);
}

const MatValue* MatValue::field(std::size_t element, const std::string& name) const {
  const auto found = std::ranges::find(fields, name);
  if (kind != Kind::kStruct || found == fields.end()) return nullptr;
  const std::size_t index = element * fields.size() + std::size_t(found - fields.begin());
  return index < elements.size() ? &elements[index] : nullptr;
}

MatFormat mat_format(std::span<const std::uint8_t> bytes) {
  if (has_hdf5_at(bytes, 0) || has_hdf5_at(bytes, 512)) return MatFormat::kV73;
  if (bytes.size() >= kV5Header) {
    const char first = static_cast<char>(bytes[126]), second = static_cast<char>(bytes[127]);
    if ((first == 'I' && second == 'M') || (first == 'M' && second == 'I')) return MatFormat::kV5;
  }
  // v4 has no signature: its first word is a small type code, the third byte of which is 0.
  const bool is_v4 =
      bytes.size() >= 20 && bytes[1] <= 0x10 && bytes[2] == 0 && bytes[3] == 0 && bytes[0] < 60;
  return is_v4 ? MatFormat::kV4 : MatFormat::kNone;
}

}  // namespace heartlab
