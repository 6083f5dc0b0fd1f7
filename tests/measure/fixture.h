#pragma once

#include "heartlab/measure/measure.h"
#include "heartlab/measure/study.h"

namespace heartlab::testing {

// Radii in millimetres of the borders on one image; 0 = not drawn.
struct Discs {
  double inner = 0, outer = 0;
};

// An image of 1 x 1 mm pixels with discs around (64, 64), at `position` along the normal.
StackImage disc_slice(double position, double trigger_time, int instance, Discs discs);

// Slices 10 mm apart from 0 on, each with the same two phases: 0 ms with `diastole` and 300 ms with
// `systole`.
std::vector<StackImage> disc_stack(int slices, Discs diastole, Discs systole);

// What measurements.json holds after a phantom cohort was measured by its own contours.
nlohmann::ordered_json measure_cohort(const Path& cohort, MeasureOptions options);

// Whether one of the remarks holds every one of the words.
bool names(const std::vector<std::string>& remarks, const std::vector<std::string>& words);

}  // namespace heartlab::testing
