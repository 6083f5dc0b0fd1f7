#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "heartlab/core/csv.h"
#include "heartlab/evaluate/plots.h"
#include "heartlab/image/draw.h"

namespace heartlab {
namespace {

// Values by iteration; where a resumed run wrote one again, the later stands.
std::map<double, double> by_iteration(const NumberTable& table, const std::string& column,
                                      const Path& file) {
  const auto iterations = table.column("iteration", file);
  const auto values = table.column(column, file);
  std::map<double, double> result;
  for (std::size_t i = 0; i < iterations.size(); ++i) {
    if (std::isfinite(iterations[i])) result[iterations[i]] = values[i];
  }
  return result;
}

Curve as_curve(const std::map<double, double>& values, const std::string& name, Colour colour) {
  Curve curve{name, colour, {}, {}};
  for (const auto& [iteration, value] : values) {
    curve.x.push_back(iteration);
    curve.y.push_back(value);
  }
  return curve;
}

// The mean of the finite values of each of at most `bins` equal runs of points.
Curve thinned(const Curve& curve, std::size_t bins) {
  Curve result{curve.name, curve.colour, {}, {}, curve.faint};
  const std::size_t length = (curve.x.size() + bins - 1) / bins;
  for (std::size_t start = 0; start < curve.x.size(); start += length) {
    const std::size_t end = std::min(curve.x.size(), start + length);
    double sum = 0;
    int count = 0;
    for (std::size_t i = start; i < end; ++i) {
      if (!std::isfinite(curve.y[i])) continue;
      sum += curve.y[i];
      ++count;
    }
    result.x.push_back((curve.x[start] + curve.x[end - 1]) / 2);
    result.y.push_back(count > 0 ? sum / count : std::numeric_limits<double>::quiet_NaN());
  }
  return result;
}

Panel loss_panel(const Path& file) {
  const NumberTable log = read_number_table(file);
  Curve every = thinned(as_curve(by_iteration(log, "loss", file), "", kAccent), 500);
  Curve smooth = thinned(every, 60);
  every.faint = every.x.size() > smooth.x.size();
  smooth.name = "loss, smoothed";
  if (!every.faint) smooth.name = "loss";
  std::vector<double> sorted;
  for (const double value : every.y) {
    if (std::isfinite(value)) sorted.push_back(value);
  }
  std::sort(sorted.begin(), sorted.end());
  // The first losses are far above the rest; the axis ends where all but the top hundredth do.
  const double high = sorted.empty() ? 1 : sorted[(sorted.size() - 1) * 99 / 100] * 1.1;
  return {"Training loss", "weighted loss", 0, std::max(high, 1e-6), {every, smooth}};
}

Panel validation_panel(const Path& file) {
  const NumberTable table = read_number_table(file);
  const Curve iou = as_curve(by_iteration(table, "iou_structure", file), "IoU", kAccent);
  const Curve dice =
      as_curve(by_iteration(table, "dice_structure", file), "Dice", kPredictionColour);
  const Curve mean = as_curve(by_iteration(table, "dice_image_mean", file),
                              "Dice, mean over images", kTruthColour);
  return {"Class 0 on the validation side", "IoU, Dice", 0, 1, {iou, dice, mean}};
}

}  // namespace

void write_training_curves(const Path& run_folder) {
  std::vector<Panel> panels;
  const Path validation = run_folder / "validation.csv";
  if (std::filesystem::exists(validation)) panels.push_back(validation_panel(validation));
  panels.push_back(loss_panel(run_folder / "log.csv"));
  write_text(run_folder / "curves.svg",
             line_chart(panels, "iterations", "Training curves against iterations") + "\n");
}

}  // namespace heartlab
