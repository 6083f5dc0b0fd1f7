#include <array>
#include <bit>
#include <cstring>

#include "heartlab/core/error.h"
#include "heartlab/core/utf8.h"
#include "heartlab/labels/mat_value.h"

// Level 4 MAT-files ("MAT-File Format", chapter 2). They hold neither structs nor cells, so names
// and sizes are all that is read.

namespace heartlab {
namespace {

constexpr std::size_t kMatrixHeader = 20;  // bytes
constexpr std::uint32_t kLongestName = 1 << 10;

struct Header {
  std::uint32_t type, rows, columns, imaginary, name_length;
};

// The type code MOPT: thousands = byte order, tens = format of the numbers, ones = kind of matrix.
std::size_t item_size(std::uint32_t type) {
  constexpr std::array<std::size_t, 6> kSizes = {8, 4, 4, 2, 2, 1};
  const std::uint32_t format = type / 10 % 10;
  return format < kSizes.size() ? kSizes[format] : 0;
}

}  // namespace

std::vector<MatVariable> read_mat_v4(std::span<const std::uint8_t> bytes, const std::string& name) {
  std::vector<MatVariable> variables;
  while (!bytes.empty()) {
    Header header{};
    if (bytes.size() >= kMatrixHeader) std::memcpy(&header, bytes.data(), kMatrixHeader);
    const bool known = header.type < 60 && item_size(header.type) > 0 && header.imaginary <= 1 &&
                       header.name_length > 0 && header.name_length <= kLongestName;
    const std::uint64_t numbers = std::uint64_t(header.rows) * header.columns;
    const std::uint64_t left = bytes.size() - std::min(bytes.size(), kMatrixHeader);
    if (!known || numbers > left ||
        numbers * item_size(header.type) * (1 + header.imaginary) + header.name_length > left) {
      fail(ErrorKind::kBadInput,
           "{}: expected a MATLAB file (v4, v5 or v7.3), found something else", name);
    }
    const auto* text = reinterpret_cast<const char*>(bytes.data() + kMatrixHeader);
    MatVariable variable;
    variable.name = clean_utf8({text, ::strnlen(text, header.name_length)});
    variable.value.dims = {header.rows, header.columns};
    if (header.type % 10 == 1) variable.value.class_name = "char";
    variables.push_back(std::move(variable));
    bytes = bytes.subspan(kMatrixHeader + header.name_length +
                          numbers * item_size(header.type) * (1 + header.imaginary));
  }
  return variables;
}

}  // namespace heartlab
