#pragma once

#include <matio.h>

#include <memory>
#include <string>
#include <vector>

#include "heartlab/core/files.h"

namespace heartlab::testing {

// Arrays as matio makes them, to be put into each other and written by matio, so that the reader is
// tested against another program's files.
struct FreeMatArray {
  void operator()(matvar_t* array) const { Mat_VarFree(array); }
};
using MatArray = std::unique_ptr<matvar_t, FreeMatArray>;

// `values` column by column.
MatArray doubles(const std::string& name, std::size_t rows, std::size_t columns,
                 const std::vector<double>& values);
MatArray text(const std::string& name, const std::string& value);
MatArray cells(const std::string& name, std::size_t rows, std::size_t columns,
               std::vector<MatArray> parts);
// A 1xN struct array; `parts` holds all fields of the first element, then of the second, ...
MatArray structs(const std::string& name, const std::vector<std::string>& fields,
                 std::vector<MatArray> parts);

enum class MatFile { kV4, kV5, kV5Compressed, kV73 };
void write_mat(const Path& file, MatFile kind, std::vector<MatArray> variables);

// A square of side 2 `half` around (x, y), 1-based, as 4x2.
MatArray square(double x, double y, double half);
// York: 32 vertices, zeros, 32 vertices, as 65x2, on circles around (x, y).
MatArray york(double x, double y, double inner, double outer);

}  // namespace heartlab::testing
