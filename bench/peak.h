#pragma once

#include <functional>
#include <string>

namespace heartlab::bench {

// One product of two large matrices by oneDNN, laid out as it likes best: what the machine can do.
struct MatrixProduct {
  double macs = 0;
  std::function<void()> run;  // empty: the machine has no such arithmetic
};

// `precision`: "fp32", "bf16", "int8" (u8 times s8).
MatrixProduct make_matrix_product(const std::string& precision);

}  // namespace heartlab::bench
