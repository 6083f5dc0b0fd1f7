#pragma once

#include "heartlab/prepare/dataset.h"
#include "heartlab/train/options.h"

namespace heartlab {

// The options with the class weights that the run will use: those given, or with class_weighting
// "inverse" w_c = (1 / f_c) / sum_k (1 / f_k), f_c being the class's share of the training side's
// pixels that are not ignored. An Error where one of the classes has none.
TrainOptions with_class_weights(const TrainOptions& options, const Dataset& data);

}  // namespace heartlab
