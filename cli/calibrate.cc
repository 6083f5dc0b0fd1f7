#include <fmt/format.h>

#include "cli/command.h"
#include "cli/open_segmenter.h"
#include "heartlab/evaluate/calibration.h"

namespace heartlab::cli {
namespace {

void run(CalibrateOptions& options) {
  const Dataset dataset(options.data);
  Segmenter segmenter = heartlab::open_segmenter(options.model, options.engine);
  const CalibrationSummary summary = calibrate(segmenter, dataset, options);
  fmt::print("{} images of {} patients", summary.calibrated.images, summary.patients);
  if (summary.empty > 0) fmt::print("; {} more on which nothing was drawn", summary.empty);
  fmt::print("\n\n| confidence | images | mean confidence | mean Dice |\n|---|---:|---:|---:|\n");
  double low = 0;
  for (const auto& bin : summary.calibrated.bins) {
    const double high = low + 1.0 / static_cast<double>(summary.calibrated.bins.size());
    if (bin.images > 0) {
      fmt::print("| {:.1f} to {:.1f} | {} | {:.3f} | {:.3f} |\n", low, high, bin.images,
                 bin.confidence, bin.dice);
    }
    low = high;
  }
  fmt::print("\nexpected calibration error, each patient by a fit on the others: {:.3f}\n",
             summary.calibrated.expected_calibration_error);
  fmt::print("of the network's own soft Dice: {:.3f}\n",
             summary.soft_dice.expected_calibration_error);
  fmt::print("model: {}\n", options.out.string());
}

}  // namespace

void add_calibrate(CLI::App& app) {
  add_command<CalibrateOptions>(app, "calibrate", "Learn how far a model's masks can be trusted",
                                "--model run/model.safetensors --data hearts --subset test "
                                "--out run/model-calibrated.safetensors",
                                run);
}

}  // namespace heartlab::cli
