#include <cstddef>
#include <cstdint>

#include "heartlab/core/error.h"
#include "heartlab/node/config.h"

// A configuration of any content is loaded whole, and then its peers and destinations parse, or is
// an Error.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  heartlab::NodeConfig config;
  try {
    heartlab::load_node_config_text(config, {reinterpret_cast<const char*>(data), size},
                                    "/fuzz/node.toml");
  } catch (const heartlab::Error&) {
    return 0;
  }
  config.allow_list();
  config.destinations();
  return 0;
}
