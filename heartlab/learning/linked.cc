#include "heartlab/core/manifest.h"
#include "heartlab/learning/learning.h"

namespace heartlab {

// Of a program with libtorch linked in, that trains and does nothing else.
const Learning& learning(const std::string& /*asked*/) {
  static const Learning table{version(), train, nullptr};
  return table;
}

}  // namespace heartlab
