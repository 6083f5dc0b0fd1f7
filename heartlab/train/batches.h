#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "heartlab/core/random.h"
#include "heartlab/prepare/dataset.h"
#include "heartlab/train/options.h"

namespace heartlab {

// Draws a patient first and an image of that patient second, so that patients with many images do
// not weigh more (the study, section on over-fitting).
class PatientSampler {
 public:
  PatientSampler(const Dataset& data, const std::vector<std::size_t>& indices);
  std::size_t draw(Generator& generator) const;

 private:
  std::vector<std::vector<std::size_t>> by_patient_;
};

struct Batch {
  torch::Tensor images;  // Nx1xSxS float, standardised
  torch::Tensor labels;  // NxSxS int64 class indices; 255 = ignored
};

// Batch number `index` of a run: a function of data set, options, seed and index alone, so that a
// resumed run sees what an uninterrupted one would have seen.
Batch draw_batch(const Dataset& data, const PatientSampler& sampler, const TrainOptions& options,
                 int crop, std::uint64_t index);

}  // namespace heartlab
