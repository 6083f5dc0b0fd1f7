#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "heartlab/core/files.h"

namespace heartlab {

// A MATLAB array of any class.
struct MatValue {
  enum class Kind { kNumeric, kText, kStruct, kCell, kOther };

  Kind kind = Kind::kNumeric;
  std::string class_name = "double";    // as MATLAB's whos prints it
  std::vector<std::size_t> dims{0, 0};  // at least two
  // The real part, column by column; empty where there are more than kMostNumbers.
  std::vector<double> numbers;
  std::string text;                 // kText, UTF-8
  std::vector<std::string> fields;  // kStruct
  // kCell: column by column. kStruct: all fields of the first element, then of the second, ...
  std::vector<MatValue> elements;

  static constexpr std::size_t kMostNumbers = std::size_t{1} << 20;
  static constexpr int kDeepest = 16;  // structs and cells in each other

  std::size_t count() const;  // product of dims
  bool is_scalar() const { return kind == Kind::kNumeric && numbers.size() == 1; }
  std::string description() const;  // "65x2 double"
  // The value of a field of a struct array's element; null where there is no such field.
  const MatValue* field(std::size_t element, const std::string& name) const;
};

struct MatVariable {
  std::string name;
  MatValue value;
};

enum class MatFormat { kNone, kV4, kV5, kV73 };
MatFormat mat_format(std::span<const std::uint8_t> bytes);

// The variables of a file in memory; `name` leads the messages of Errors. Nothing is taken on
// trust: sizes, depth and the number of parts are bounded by the bytes that are there.
std::vector<MatVariable> read_mat_v4(std::span<const std::uint8_t> bytes, const std::string& name);
std::vector<MatVariable> read_mat_v5(std::span<const std::uint8_t> bytes, const std::string& name);

// The variables of a v7.3 (HDF5) file. The HDF5 library may crash on a broken file, so it runs in a
// process of its own: whatever happens there becomes an Error.
std::vector<MatVariable> read_mat_v73(const Path& file);

}  // namespace heartlab
