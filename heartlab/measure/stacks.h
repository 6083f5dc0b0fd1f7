#pragma once

#include <string>
#include <vector>

#include "heartlab/prepare/sources.h"

namespace heartlab {

// The images that are measured together, as indices into the sources.
struct SourceStack {
  std::string name;  // fit for a folder: the patient, _s02 from its second stack on
  int number = 1;    // among the patient's
  std::vector<std::size_t> images;
  std::vector<std::string> remarks;
};

// Images of one series whose planes are parallel (within 1 degree) and of one size and pixel
// spacing; series of one slice each, otherwise alike and of one study, are joined, as some scanners
// send each slice as a series.
std::vector<SourceStack> stacks_of(const std::vector<SourceImage>& images);

}  // namespace heartlab
