#pragma once

#include <map>
#include <string>
#include <vector>

#include "heartlab/prepare/label_files.h"
#include "heartlab/prepare/sources.h"

namespace heartlab {

// An image and what was drawn on it: either `mask` or contours, which may come from two files.
struct LabelledImage {
  const SourceImage* image = nullptr;
  const Label* mask = nullptr;
  const Label* endocardium = nullptr;  // the label whose contours.endocardium counts
  const Label* epicardium = nullptr;
  bool partial = false;  // what was drawn is the endocardium alone, and the myocardium is sought
};

struct Pairing {
  std::vector<LabelledImage> pairs;           // in the order of the images
  std::vector<std::string> unmatched_images;  // "path: reason"
  std::vector<std::string> unmatched_labels;  // "path: reason"
  std::map<std::string, int> remarks;         // on labels that are used, and on how many images
};

// The target of those who want every image that has a contour at all.
inline constexpr const char* kEitherContour = "either";

// Finds the image of every label (docs/how-to/labels.md): by the image path that the label states,
// else by the patient (PatientID or any folder's name) and InstanceNumber, by the cell's slice and
// phase, or, for masks, by the path below the input folder, else patient and stem. A label that
// fits several images is unmatched, as is a second label of one image, or one that states another
// patient than its image; manual contours come before automatic ones. `target` says which contours
// an image must have. The result points into `images` and `labels`.
Pairing pair_labels(const std::vector<SourceImage>& images, const std::vector<Label>& labels,
                    const std::string& target);

// Adds to `pairing` the images without a label that have one among `labels`, of the endocardium
// alone, as partial ones; labels that find no image join the unmatched.
void add_partial_labels(Pairing& pairing, const std::vector<SourceImage>& images,
                        const std::vector<Label>& labels);

}  // namespace heartlab
