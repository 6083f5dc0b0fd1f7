#include "heartlab/node/process_series.h"

#include <fmt/format.h>

#include <map>

namespace heartlab {

void process_series(const MeasureNetworks& networks, const NodeConfig::Process& models,
                    const Path& images, const Path& out) {
  MeasureOptions options;
  options.inputs = {images};
  options.cavity_model = models.cavity_model;
  options.myocardium_model = models.myocardium_model;
  options.write = {"seg", "sr", "sc"};
  options.strict = true;
  options.out = out / "measured";
  measure_studies(networks, options);
  std::map<std::string, int> numbers;
  for (const auto& file : list_files(options.out)) {
    if (file.extension() != ".dcm") continue;
    const std::string stem = file.stem().string();
    const std::string kind = stem.substr(0, stem.find('-'));  // seg, sr, sc
    std::filesystem::rename(file, out / fmt::format("{}-{}.dcm", kind, ++numbers[kind]));
  }
  std::filesystem::remove_all(options.out);
}

}  // namespace heartlab
