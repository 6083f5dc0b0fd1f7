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
  bool sc = false;                              // the report's pages as pictures
  std::optional<Algorithm> cavity, myocardium;  // the networks; nothing = contours were given
};

// The pages that a person reads of the stack: the figures, then the contours at end diastole and
// end systole (the phase most slices are drawn in where neither is known). They name no patient.
std::vector<ColourImage> report_pages(const DicomResults& what, const DrawnImages& all,
                                      const SourceStack& stack,
                                      const StackMeasurements& measurements);

// Writes seg.dcm (seg-2.dcm and so on where the stack is of several series), sr.dcm and the pages
// as sc-1.dcm and so on into the folder, the report with its comments and those of the stack. Gives
// what of the source's header was mended.
std::vector<std::string> write_dicom_results(const Path& folder, const DicomResults& what,
                                             const DrawnImages& all, const SourceStack& stack,
                                             const StackMeasurements& measurements);

}  // namespace heartlab
