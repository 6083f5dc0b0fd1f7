#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "heartlab/core/options.h"
#include "heartlab/model/model_file.h"

namespace heartlab {

// A training run. Lists with one entry a phase: `iterations`, `rates`, `schedules`, `crops`; a
// shorter list's last entry serves the phases after it.
struct TrainOptions {
  NetworkOptions network;

  // Schedule: phases one after the other, each counting its own iterations from 0.
  std::vector<int> iterations = {15000, 20000};
  std::vector<double> rates = {2.5e-4, 2.5e-4};
  std::vector<std::string> schedules = {"fixed", "poly"};
  double power = 0.9;  // of poly: rate x (1 - iteration / iterations)^power
                       // cosine: rate x (1 + cos(pi iteration / iterations)) / 2
  int patience = 0;    // validations without a better one after which the run ends; 0 = never
  int warm_up = 0;     // iterations over which the first phase's rate rises from 0

  std::string optimiser = "sgd";  // sgd, adamw
  double momentum = 0.9;
  double weight_decay = 5e-4;
  double head_rate = 10;       // the head's learning rate over the backbone's
  double head_bias_rate = 20;  // likewise of the head's biases
  double clip = 0;             // largest norm of all gradients together; 0 = no limit
  double average = 0;          // decay of the weights' exponential moving average; 0 = none

  int batch = 2;
  int accumulate = 1;      // batches whose gradients are added up for one iteration
  double small_first = 0;  // of PatientSampler

  // Loss: the sum of the terms of train/loss_terms.h, each times its weight; 0 = without it.
  std::vector<double> class_weights = {0.95, 0.05};
  std::string class_weighting = "given";  // given, inverse (frequencies of the training side)
  double cross_entropy_weight = 1;
  double dice_weight = 0;
  double focal_weight = 0;
  double focal_gamma = 2;
  double lovasz_weight = 0;
  double boundary_weight = 0;

  // Augmentation; each is off at its default but the crop.
  std::vector<int> crops = {450};  // side of the random crop, pixels; 0 = the whole square
  int crop_jitter = 0;  // the crop's centre within this many pixels of the image's centre;
                        // 0 = anywhere in the image
  bool flip = false;    // left-right and up-down, each by chance
  double rotation = 0;  // largest angle, degrees either way
  std::vector<double> scaling = {1, 1};  // smallest and largest zoom
  double gamma = 0;                      // largest |log2| of the exponent
  double contrast = 0;                   // largest relative change of contrast
  double brightness = 0;                 // largest shift, as a share of 255
  double noise = 0;       // largest standard deviation of added noise, as a share of 255
  double bias_field = 0;  // largest relative change by a smooth field
  double elastic = 0;     // largest displacement by a smooth random field, pixels
  double blur = 0;        // largest standard deviation of a Gaussian, pixels
  double ghosting = 0;    // largest amplitude of ghosts, relative to the image's
  double motion = 0;      // largest shift while a share of k-space was read, pixels

  int validate_every = 500;                 // iterations; 0 = only at the end
  int checkpoint_every = 1000;              // iterations
  std::string best_by = "dice_image_mean";  // dice_image_mean, dice_structure, iou_structure
  std::uint64_t seed = 1;
  std::string precision = "auto";  // auto, fp32, bf16
  int threads = 0;                 // 0 = the cores at hand
  int views = 1;  // of ModelDescription, for the model file; training itself sees one
  std::string model_type = "fp32";  // element type of RUN/model.safetensors: fp32, bf16

  // Keys are those of the TOML files and --set. The object must outlive the table.
  OptionTable table();
  int phases() const { return static_cast<int>(iterations.size()); }
  int total_iterations() const;
};

// Where an iteration (0-based, over all phases) stands, and its learning rate.
struct SchedulePoint {
  int phase = 0;
  int iteration = 0;  // in the phase
  double rate = 0;
};
SchedulePoint schedule_at(const TrainOptions& options, int iteration);

// Entry `index` of a per-phase list, or its last.
template <typename T>
const T& for_phase(const std::vector<T>& list, int index) {
  return list[std::min(list.size() - 1, static_cast<std::size_t>(index))];
}

// An Error (kUsage) where options contradict each other or do not fit a data set of this side.
void check_options(const TrainOptions& options, int side);

}  // namespace heartlab
