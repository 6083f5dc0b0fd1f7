#pragma once

#include <string>
#include <vector>

#include "heartlab/core/files.h"
#include "heartlab/evaluate/markup.h"

namespace heartlab {

// One image in the plot by patient.
struct StripPoint {
  double dice = 0;
  bool missed = false;
  std::string title;  // shown where the pointer rests
  Colour colour = kAccent;
};
struct Strip {
  std::string name;
  double mean = 0;
  std::vector<StripPoint> points;
};

// A line a patient, a dot an image at its Dice, a bar at the patient's mean, a cross where missed.
enum class StripMeans { kShown, kHidden };
std::string strip_plot(const std::vector<Strip>& strips, StripMeans means = StripMeans::kShown);

// How many images have which Dice, in bins of 0.05; the missed stand apart on the left.
std::string dice_histogram(const std::vector<double>& dice, int missed);

// What was expected of each image and what came, both 0 to 1, on a square with its diagonal: a dot
// an image, and a larger one a bin's mean, its area by how many images the bin holds.
struct ScatterPoint {
  double x = 0, y = 0;
  std::string title;  // shown where the pointer rests
  int images = 1;
};
std::string reliability_diagram(const std::vector<ScatterPoint>& images,
                                const std::vector<ScatterPoint>& bins);

// A curve of a line chart; NaN breaks it.
struct Curve {
  std::string name;  // empty = not in the legend
  Colour colour;
  std::vector<double> x, y;
  bool faint = false;
};
struct Panel {
  std::string title, y_label;
  double low = 0, high = 1;  // of the y axis
  std::vector<Curve> curves;
};

// Panels one below the other over the same x axis.
std::string line_chart(const std::vector<Panel>& panels, const std::string& x_label,
                       const std::string& label);

// RUN/curves.svg from RUN/log.csv and, where it is there, RUN/validation.csv: IoU and Dice of class
// 0 on the validation side and the loss against iterations (the study's figures 17, 22, 23).
void write_training_curves(const Path& run_folder);

}  // namespace heartlab
