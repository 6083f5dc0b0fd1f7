#include <fmt/format.h>

#include <optional>

#include "cli/command.h"
#include "cli/open_segmenter.h"
#include "heartlab/core/error.h"
#include "heartlab/measure/study.h"

namespace heartlab::cli {
namespace {

void run(MeasureOptions& options) {
  std::optional<Segmenter> cavity, myocardium;
  if (!options.cavity_model.empty()) {
    cavity.emplace(heartlab::open_segmenter(options.cavity_model, options.engine_of("cavity")));
  }
  if (!options.myocardium_model.empty()) {
    myocardium.emplace(
        heartlab::open_segmenter(options.myocardium_model, options.engine_of("myocardium")));
  }
  const MeasureSummary summary =
      measure_studies({cavity ? &*cavity : nullptr, myocardium ? &*myocardium : nullptr}, options);
  for (const auto& line : summary.lines) fmt::print("{}\n", line);
  for (const auto& remark : summary.remarks) fmt::print("note: {}\n", remark);
  fmt::print("{} of {} images are drawn on; measurements in {}\n", summary.drawn, summary.images,
             options.out.string());
  if (!summary.skipped.empty()) {
    constexpr std::size_t kShown = 5;
    for (std::size_t i = 0; i < std::min(kShown, summary.skipped.size()); ++i) {
      fmt::print(stderr, "skipped: {}\n", summary.skipped[i]);
    }
    fail(ErrorKind::kPartial, "{} files or labels were passed over; measurements.json names them",
         summary.skipped.size());
  }
}

}  // namespace

void add_measure(CLI::App& app) {
  add_command<MeasureOptions>(
      app, "measure",
      "Volumes, ejection fraction, mass and wall thickness from short-axis DICOM and contours",
      "--labels contours/ --out measurements study/", run);
}

}  // namespace heartlab::cli
