#pragma once

#include <string>
#include <vector>

#include "heartlab/measure/outline.h"
#include "heartlab/measure/study.h"
#include "heartlab/prepare/skipped.h"
#include "heartlab/prepare/sources.h"

namespace heartlab {

// The images of a call and what is drawn on each.
struct DrawnImages {
  std::vector<SourceImage> images;  // in geometric order
  std::vector<LeftOutlines> drawn;  // one an image
  std::map<std::string, int> remarks;
  std::vector<std::string> without_image;  // labels that fit no image: "path: reason"
};

// What is odd about what is drawn on these images, each with its number of them.
std::vector<std::string> oddities_of(const DrawnImages& all,
                                     const std::vector<std::size_t>& images);

// Reads the images and the contours that belong to them, or has the networks draw. Files that give
// nothing go to `skipped`.
DrawnImages read_drawn(const MeasureNetworks& networks, const MeasureOptions& options,
                       SkippedFiles& skipped);

}  // namespace heartlab
