#pragma once

#include <optional>
#include <string>
#include <vector>

#include "heartlab/measure/drawing.h"
#include "heartlab/measure/measure.h"
#include "heartlab/measure/stacks.h"

namespace heartlab {

// Which DICOM objects to write of a stack.
struct DicomResults {
  bool sr = false;
  bool seg = false;                             // of what networks drew
  std::optional<Algorithm> cavity, myocardium;  // the networks; nothing = contours were given
};

// Writes seg.dcm (seg-2.dcm and so on where the stack is of several series) and sr.dcm into the
// folder, the report with its comments and those of the stack. Gives what of the source's header
// was mended.
std::vector<std::string> write_dicom_results(const Path& folder, const DicomResults& what,
                                             const DrawnImages& all, const SourceStack& stack,
                                             const StackMeasurements& measurements);

}  // namespace heartlab
