#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "heartlab/measure/drawing.h"
#include "heartlab/measure/measure.h"
#include "heartlab/measure/stacks.h"

namespace heartlab {

// A stack of a call with what was measured on it.
struct MeasuredStack {
  SourceStack source;
  std::vector<StackImage> images;  // in the order of the source's
  StackMeasurements measurements;
};

bool is_drawn(const LeftOutlines& drawn);

// What the files at the top of the results hold, and what is printed.
std::string measurements_csv(const std::vector<MeasuredStack>& stacks, const DrawnImages& all);
nlohmann::ordered_json measurements_json(const std::vector<MeasuredStack>& stacks,
                                         const DrawnImages& all,
                                         const std::vector<std::string>& skipped);
MeasureSummary summarise(const std::vector<MeasuredStack>& stacks, const DrawnImages& all,
                         const SkippedFiles& skipped);

}  // namespace heartlab
