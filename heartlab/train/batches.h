#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "heartlab/core/random.h"
#include "heartlab/prepare/dataset.h"
#include "heartlab/train/options.h"

namespace heartlab {

// Draws patients first and an image of each second, so that patients with many images do not weigh
// more (the study, section on over-fitting). Of a patient's images, one is drawn with a chance in
// proportion to area^-small_first, area = the structure's share of the image (at least
// kLeastShare): 0 = all alike; 0.5 = a cavity of a hundredth of another's area ten times as often.
// An image whose label is partial has the mean chance of the patient's others.
class PatientSampler {
 public:
  static constexpr double kLeastShare = 1e-4;

  PatientSampler(const Dataset& data, const std::vector<std::size_t>& indices, double small_first);

  // `count` patients, none of them twice before each has been drawn once.
  std::vector<std::size_t> patients(Generator& generator, int count) const;
  std::size_t image_of(std::size_t patient, Generator& generator) const;

 private:
  struct Patient {
    std::vector<std::size_t> images;
    std::vector<double> chances;  // running sum, one an image; empty: all alike
  };
  std::vector<Patient> patients_;
};

struct Batch {
  torch::Tensor images;     // Nx1xSxS float, standardised
  torch::Tensor labels;     // NxSxS int64 class indices; 255 = ignored
  torch::Tensor whole;      // N bool: the label is not a partial one
  torch::Tensor distances;  // NxSxS float, signed_distance(); undefined without boundary_weight
};

// Process `rank` of `size` takes its part of a batch, as many images as each other.
struct Share {
  int rank = 0;
  int size = 1;
};

// Batch number `index` of a run, or a process's share of it: a function of data set, options, seed
// and index alone, so that a resumed run sees what an uninterrupted one would have seen, and
// several processes together see what one would. No two processes share a patient in a batch where
// there are enough of them.
Batch draw_batch(const Dataset& data, const PatientSampler& sampler, const TrainOptions& options,
                 int crop, std::uint64_t index, Share share = {});

// The images that batch is made of, of all processes, in order.
std::vector<std::size_t> images_of_batch(const PatientSampler& sampler, const TrainOptions& options,
                                         std::uint64_t index);

}  // namespace heartlab
