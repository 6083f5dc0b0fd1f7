#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "heartlab/prepare/dataset.h"

namespace heartlab {

// The patients of the images, shared out among `folds` lists of which none has two patients more
// than another: in the order of their numbers of images, as many at a time as there are lists, one
// to each, at random by the seed; so that the lists have about as many images. Images with partial
// labels count for nothing. An Error (kUsage) where there are fewer patients than folds.
std::vector<std::vector<std::string>> share_out_patients(const Dataset& data,
                                                         const std::vector<std::size_t>& images,
                                                         int folds, std::uint64_t seed);

// Who learns, who chooses and who judges in one fold.
struct FoldSides {
  std::vector<std::string> validation, test;  // the other patients of the cross-validation learn
};

// The data set with these sides; images that are not among `images`, and partial labels of patients
// who choose or judge, are on none (kLeftOut).
Dataset with_sides(const Dataset& data, const std::vector<std::size_t>& images,
                   const FoldSides& sides);

}  // namespace heartlab
