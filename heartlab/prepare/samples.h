#pragma once

#include <map>
#include <string>
#include <vector>

#include "heartlab/prepare/classes.h"
#include "heartlab/prepare/dataset.h"
#include "heartlab/prepare/skipped.h"

namespace heartlab {

// The packed samples of the pairs, ordered by patient and stem, without subset. Stems that collide
// within a patient get _s01, _s02 and so on; dark images are marked. A pair whose label does not
// fit its image goes to `skipped`.
std::vector<PackedSample> make_samples(const std::vector<LabelledImage>& pairs,
                                       const Preparation& preparation, const ClassOptions& options,
                                       SkippedFiles& skipped);

// Mean of the grey values that are not padding, over the training side; over all where it is empty.
// Partial samples do not count, here and below.
double mean_pixel(const std::vector<PackedSample>& samples);

// The grey values of each training image; of all where that side is empty.
std::vector<Histogram> training_values(const std::vector<PackedSample>& samples,
                                       const Preparation& preparation);

// Images that are dark by the same rule as a network sees them: patient/stem.
std::vector<std::string> still_dark(const std::vector<PackedSample>& samples,
                                    const Preparation& preparation);

// Shares of structure and background among the pixels that are not padding.
std::vector<double> class_frequencies(const std::vector<PackedSample>& samples);

}  // namespace heartlab
