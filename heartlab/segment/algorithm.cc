#include "heartlab/segment/algorithm.h"

#include "heartlab/core/manifest.h"

namespace heartlab {

Algorithm algorithm_of(const Path& model, const std::vector<Path>& with) {
  Algorithm found;
  found.version = version();
  found.model = model.filename().string();
  if (!model.empty()) found.model_sha256 = sha256_of_file(model);
  if (with.empty()) return found;
  std::string sums = found.model_sha256;
  for (const auto& other : with) {
    found.model += " + " + other.filename().string();
    sums += sha256_of_file(other);
  }
  found.model_sha256 = sha256({reinterpret_cast<const std::uint8_t*>(sums.data()), sums.size()});
  return found;
}

}  // namespace heartlab
