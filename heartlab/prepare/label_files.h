#pragma once

#include <string>
#include <vector>

#include "heartlab/core/options.h"
#include "heartlab/labels/labels.h"
#include "heartlab/prepare/sources.h"

namespace heartlab {

// What one label file says about one image: contours or a mask, as they were drawn.
struct Label {
  InputFile input;
  LabelledContours contours;
  Mask mask;  // empty where the label is contours

  bool is_mask() const { return !mask.empty(); }
  // For people: the file, and the instance or cell where the file holds several.
  std::string name() const;
};

struct LabelFormat {
  std::string format = "auto";  // auto (by each file's name), matlab, scd, png
  MaskClasses masks;
  MatlabLayout matlab;
};

// Adds --matlab-variable, --matlab-endo, --matlab-epi, --matlab-instance, --matlab-image and
// --matlab-origin.
void add_matlab_options(OptionTable& options, MatlabLayout& matlab);

// Every label in the files that are of this format. Under "auto" a file of no known format goes to
// `skipped`; under the others it is passed over.
std::vector<Label> read_labels(const std::vector<InputFile>& files, const LabelFormat& format,
                               SkippedFiles& skipped);

// By its name: "matlab", "scd", "png", or empty.
std::string label_format_of(const Path& file);

// A text contour that a program drew: `-auto.txt`, or below contours-auto.
bool is_automatic(const Label& label);

}  // namespace heartlab
