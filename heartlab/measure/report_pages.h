#pragma once

#include "heartlab/image/raster.h"
#include "heartlab/measure/measure.h"

namespace heartlab {

// What a report page says besides the measurements.
struct ReportPage {
  std::string drawn_by;  // the networks, or that the contours were given
  std::vector<std::string> remarks;
};

// The remarks fit for a picture, which says that it names nobody: those that hold one of the names
// (of 3 bytes or more) are only counted, in a last one.
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
// light blue. Empty where there is no slice.
ColourImage contours_page(const std::vector<ContourPhase>& phases, bool given);

}  // namespace heartlab
