#include "heartlab/evaluate/how_drawn.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace heartlab {

using Json = nlohmann::ordered_json;

Json how_drawn(int views, const EngineOptions& options) {
  Json json = conditions_of(views, options);
  for (const auto& other : options.with) {
    json["with"].push_back(
        {{"file", other.filename().string()}, {"sha256", sha256_of_file(other)}});
  }
  return json;
}

std::string how_drawn_text(const Segmenter& segmenter, const EngineOptions& options) {
  std::string text = segmenter.engine_description();
  if (segmenter.model().views != 1) text += fmt::format(", {} views", segmenter.model().views);
  const bool scaled = !options.scales.empty() && options.scales != std::vector<double>{1};
  if (scaled) text += fmt::format(", scales {}", fmt::join(options.scales, ", "));
  if (options.focus > 0) text += fmt::format(", focus {}", options.focus);
  const Json clean_up = options.clean_up.to_json();
  for (const auto& [name, value] : clean_up.items()) {
    text += ", " + name + (value.is_boolean() ? "" : " " + value.dump());
  }
  return text;
}

}  // namespace heartlab
