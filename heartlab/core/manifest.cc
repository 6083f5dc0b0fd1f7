#include "heartlab/core/manifest.h"

namespace heartlab {

const char* version() { return HEARTLAB_VERSION; }

nlohmann::ordered_json make_manifest(const std::string& command) {
  return {{"heartlab", version()}, {"command", command}};
}

std::string json_text(const nlohmann::ordered_json& json) {
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace heartlab
