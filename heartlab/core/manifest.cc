#include "heartlab/core/manifest.h"

#include <filesystem>

#include "heartlab/core/error.h"
#include "heartlab/core/json.h"

namespace heartlab {

const char* version() { return HEARTLAB_VERSION; }

nlohmann::ordered_json make_manifest(const std::string& command) {
  return {{"heartlab", version()}, {"command", command}};
}

void refuse_results_of_others(const Path& folder, const std::string& command) {
  const Path file = folder / "manifest.json";
  if (!std::filesystem::exists(file)) return;
  const auto found = parse_json<nlohmann::ordered_json>(read_text(file), file.string());
  std::string author;
  if (found.is_object() && found.contains("command") && found["command"].is_string()) {
    author = found["command"].get<std::string>();
  }
  if (author == command) return;
  fail(ErrorKind::kUsage, "{}: holds {}; give another --out", folder.string(),
       author.empty() ? "a manifest.json of another program"
                      : fmt::format("the result of heartlab {}", author));
}

std::string json_text(const nlohmann::ordered_json& json) {
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace heartlab
