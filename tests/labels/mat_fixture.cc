#include "tests/labels/mat_fixture.h"

#include <cmath>
#include <numbers>

#include "heartlab/core/error.h"

namespace heartlab::testing {
namespace {

const char* name_or_null(const std::string& name) { return name.empty() ? nullptr : name.c_str(); }

}  // namespace

MatArray doubles(const std::string& name, std::size_t rows, std::size_t columns,
                 const std::vector<double>& values) {
  std::size_t dims[] = {rows, columns};
  return MatArray(Mat_VarCreate(name_or_null(name), MAT_C_DOUBLE, MAT_T_DOUBLE, 2, dims,
                                const_cast<double*>(values.data()), 0));
}

// (matio states wrong lengths for compressed text of 8 bits within a struct.)
MatArray text(const std::string& name, const std::string& value) {
  std::size_t dims[] = {1, value.size()};
  const std::u16string units(value.begin(), value.end());
  return MatArray(Mat_VarCreate(name_or_null(name), MAT_C_CHAR, MAT_T_UINT16, 2, dims,
                                const_cast<char16_t*>(units.data()), 0));
}

MatArray cells(const std::string& name, std::size_t rows, std::size_t columns,
               std::vector<MatArray> parts) {
  std::size_t dims[] = {rows, columns};
  MatArray array(Mat_VarCreate(name_or_null(name), MAT_C_CELL, MAT_T_CELL, 2, dims, nullptr, 0));
  for (std::size_t i = 0; i < parts.size(); ++i) {
    Mat_VarSetCell(array.get(), int(i), parts[i].release());
  }
  return array;
}

MatArray structs(const std::string& name, const std::vector<std::string>& fields,
                 std::vector<MatArray> parts) {
  std::vector<const char*> names;
  for (const auto& field : fields) names.push_back(field.c_str());
  std::size_t dims[] = {1, parts.size() / fields.size()};
  MatArray array(
      Mat_VarCreateStruct(name_or_null(name), 2, dims, names.data(), unsigned(names.size())));
  for (std::size_t i = 0; i < parts.size(); ++i) {
    Mat_VarSetStructFieldByIndex(array.get(), i % fields.size(), i / fields.size(),
                                 parts[i].release());
  }
  return array;
}

void write_mat(const Path& file, MatFile kind, std::vector<MatArray> variables) {
  const mat_ft version = kind == MatFile::kV4    ? MAT_FT_MAT4
                         : kind == MatFile::kV73 ? MAT_FT_MAT73
                                                 : MAT_FT_MAT5;
  mat_t* mat = Mat_CreateVer(file.c_str(), nullptr, version);
  if (mat == nullptr) fail(ErrorKind::kInternal, "fixture: {}", file.string());
  for (const auto& variable : variables) {
    const auto compression =
        kind == MatFile::kV5Compressed ? MAT_COMPRESSION_ZLIB : MAT_COMPRESSION_NONE;
    if (Mat_VarWrite(mat, variable.get(), compression) != 0) {
      fail(ErrorKind::kInternal, "fixture: {}: {}", file.string(), variable->name);
    }
  }
  Mat_Close(mat);
}

MatArray square(double x, double y, double half) {
  return doubles("", 4, 2,
                 {x - half, x + half, x + half, x - half,  //
                  y - half, y - half, y + half, y + half});
}

MatArray york(double x, double y, double inner, double outer) {
  std::vector<double> values(130);
  for (std::size_t i = 0; i < 32; ++i) {
    const double angle = 2 * std::numbers::pi * double(i) / 32;
    values[i] = x + inner * std::cos(angle);
    values[65 + i] = y + inner * std::sin(angle);
    values[33 + i] = x + outer * std::cos(angle);
    values[98 + i] = y + outer * std::sin(angle);
  }
  return doubles("", 65, 2, values);
}

}  // namespace heartlab::testing
