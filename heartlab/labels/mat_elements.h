#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "heartlab/core/files.h"

namespace heartlab {

// The data elements that a MATLAB v5 file is made of ("MAT-File Format", chapter 1).
enum MatType : std::uint32_t {
  kMatInt8 = 1,
  kMatUint8 = 2,
  kMatInt16 = 3,
  kMatUint16 = 4,
  kMatInt32 = 5,
  kMatUint32 = 6,
  kMatSingle = 7,
  kMatDouble = 9,
  kMatInt64 = 12,
  kMatUint64 = 13,
  kMatMatrix = 14,
  kMatCompressed = 15,
  kMatUtf8 = 16,
  kMatUtf16 = 17,
};

struct MatElement {
  std::uint32_t type = 0;
  std::span<const std::uint8_t> data;

  std::size_t item_size() const;  // bytes of a number of this type, 0 where it holds none
  std::size_t items() const { return item_size() == 0 ? 0 : data.size() / item_size(); }
};

class MatElementReader {
 public:
  // `swap`: the file has the other byte order. `name` leads every message.
  MatElementReader(std::string name, bool swap) : name_(std::move(name)), swap_(swap) {}

  // Takes the next element off `rest`; an Error where it does not fit.
  MatElement next(std::span<const std::uint8_t>& rest) const;
  // Item `index`, which must be below items().
  double number(const MatElement& element, std::size_t index) const;
  std::uint32_t word(std::span<const std::uint8_t> bytes, std::size_t index) const;

  // The content of a compressed element, but no more than about `most` bytes.
  Bytes inflate(const MatElement& compressed, std::size_t most) const;

  [[noreturn]] void corrupt(const std::string& what) const;
  const std::string& name() const { return name_; }

 private:
  template <typename T>
  T load(std::span<const std::uint8_t> bytes, std::size_t index) const;

  std::string name_;
  bool swap_;
};

}  // namespace heartlab
