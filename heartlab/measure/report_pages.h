#pragma once

#include "heartlab/image/raster.h"
#include "heartlab/measure/measure.h"

namespace heartlab {

// What a report page says besides the measurements.
struct ReportPage {
  int stack = 1;         // among the patient's
  std::string drawn_by;  // the networks, or that the contours were given
  std::vector<std::string> remarks;
};

// The remarks fit for a picture, which says that it names nobody: those that hold one of the names
// are only counted, in a last one. Names of 1 or 2 bytes count as whole words, and numbers so short
// name nobody.
std::vector<std::string> nameless(const std::vector<std::string>& remarks,
                                  const std::vector<std::string>& names);

// One page: the figures, the volume against time, the wall's thickness where it is known, what a
// reader must know.
ColourImage figures_page(const StackMeasurements& measurements, const ReportPage& page);

// The slices of one phase with the borders drawn on them.
struct ContourPhase {
  std::string name;  // "end diastole"
  struct Slice {
    int number = 1;
    const GreyImage* grey = nullptr;  // must outlive the call
    const LeftOutlines* drawn = nullptr;
  };
  std::vector<Slice> slices;
};

// The phases below each other, every picture cut to the heart alike: the endocardium in the colour
// of truth where it was given, in that of a prediction where a network drew it, the epicardium in
// light blue. Of a second stack its number stands below every picture. Empty where there is no
// slice.
ColourImage contours_page(const std::vector<ContourPhase>& phases, const ReportPage& page,
                          bool given);

}  // namespace heartlab
