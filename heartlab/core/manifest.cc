#include "heartlab/core/manifest.h"

namespace heartlab {

const char* version() { return HEARTLAB_VERSION; }

nlohmann::ordered_json make_manifest(const std::string& command) {
  return {{"heartlab", version()}, {"command", command}};
}

}  // namespace heartlab
