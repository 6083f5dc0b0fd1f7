#include "heartlab/train/options.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <numeric>

#include "heartlab/core/error.h"

namespace heartlab {
namespace {

void add_schedule(OptionTable& table, TrainOptions& options) {
  table.add("iterations", options.iterations, "Iterations of each phase").range(1, 1e9);
  table.add("rates", options.rates, "Learning rate of each phase").range(0, 100);
  table
      .add("schedules", options.schedules,
           "Course of each phase's rate: fixed; poly, by power; cosine, half a wave down to 0")
      .one_of({"fixed", "poly", "cosine"});
  table.add("power", options.power, "Exponent of poly: rate x (1 - iteration/iterations)^power")
      .range(0, 10);
  table.add("warm_up", options.warm_up, "Iterations over which the first rate rises from 0")
      .range(0, 1e9);
  table
      .add("patience", options.patience,
           "Validations without a better one after which the run ends; 0 = never")
      .range(0, 1e9);
  table.add("optimiser", options.optimiser, "How weights are stepped").one_of({"sgd", "adamw"});
  table.add("momentum", options.momentum, "Momentum of sgd").range(0, 0.9999);
  table.add("weight_decay", options.weight_decay, "Weight decay").range(0, 10);
  table.add("head_rate", options.head_rate, "Learning rate of the head over the backbone's")
      .range(0, 1000);
  table
      .add("head_bias_rate", options.head_bias_rate, "Learning rate of the head's biases, likewise")
      .range(0, 1000);
  table.add("clip", options.clip, "Largest norm of all gradients together; 0 = no limit")
      .range(0, 1e6);
  table.add("average", options.average, "Decay of the weights' moving average; 0 = none")
      .range(0, 0.99999);
  table.add("batch", options.batch, "Images a batch").range(1, 4096);
  table.add("accumulate", options.accumulate, "Batches whose gradients make one iteration")
      .range(1, 4096);
  table
      .add("small_first", options.small_first,
           "A patient's images are drawn in proportion to area^-small_first of the structure; 0 = "
           "all alike")
      .range(0, 2);
}

void add_loss(OptionTable& table, TrainOptions& options) {
  table
      .add("class_weights", options.class_weights,
           "Weight of each class in the cross entropy and the focal loss, the structure first")
      .range(0, 1000);
  table
      .add("class_weighting", options.class_weighting,
           "given: class_weights as they stand; inverse: computed, 1 / a class's share of the "
           "training side's pixels, over their sum")
      .one_of({"given", "inverse"});
  table
      .add("cross_entropy_weight", options.cross_entropy_weight,
           "Weight of the cross entropy in the loss")
      .range(0, 1000);
  table.add("dice_weight", options.dice_weight, "Weight of the soft Dice loss of the structure")
      .range(0, 1000);
  table.add("focal_weight", options.focal_weight, "Weight of the focal loss").range(0, 1000);
  table
      .add("focal_gamma", options.focal_gamma,
           "Exponent of the focal loss: -(1 - p)^focal_gamma log p")
      .range(0, 10);
  table
      .add("lovasz_weight", options.lovasz_weight,
           "Weight of the Lovasz loss (Jaccard) of the structure, by image")
      .range(0, 1000);
  table
      .add("boundary_weight", options.boundary_weight,
           "Weight of the boundary loss: errors times their distance to the structure's edge, in "
           "sides of the crop")
      .range(0, 1000);
}

void add_augmentation(OptionTable& table, TrainOptions& options) {
  table
      .add("crops", options.crops, "Side of the random crop in each phase, pixels; 0 = whole image")
      .range(0, 65536);
  table
      .add("crop_jitter", options.crop_jitter,
           "Crops are centred within this many pixels of the image's centre; 0 = anywhere")
      .range(0, 65536);
  table.add("flip", options.flip, "Flip left-right and up-down, each by chance");
  table.add("rotation", options.rotation, "Largest rotation, degrees either way").range(0, 180);
  table.add("scaling", options.scaling, "Smallest and largest zoom").range(0.1, 10);
  table.add("gamma", options.gamma, "Largest |log2| of the grey values' exponent").range(0, 4);
  table.add("contrast", options.contrast, "Largest relative change of contrast").range(0, 1);
  table.add("brightness", options.brightness, "Largest shift of brightness, share of the range")
      .range(0, 1);
  table.add("noise", options.noise, "Largest deviation of added noise, share of the range")
      .range(0, 1);
  table
      .add("bias_field", options.bias_field,
           "Largest relative change by a smooth field at the middle of an edge; twice that in a "
           "corner")
      .range(0, 0.5);
  table
      .add("elastic", options.elastic,
           "Largest displacement by a smooth random field, pixels; at most a twelfth of the crop")
      .range(0, 1000);
  table.add("blur", options.blur, "Largest standard deviation of a Gaussian blur, pixels")
      .range(0, 100);
  table
      .add("ghosting", options.ghosting,
           "Largest amplitude of ghosts along one axis, relative to the image")
      .range(0, 1);
  table
      .add("motion", options.motion,
           "Largest shift of the patient while an eighth of k-space was read, pixels")
      .range(0, 1000);
}

void add_run(OptionTable& table, TrainOptions& options) {
  table
      .add("validate_every", options.validate_every,
           "Iterations between validations; 0 = only at the end")
      .range(0, 1e9);
  table.add("checkpoint_every", options.checkpoint_every, "Iterations between checkpoints")
      .range(1, 1e9);
  table.add("best_by", options.best_by, "Validation measure that chooses model.safetensors")
      .one_of({"dice_image_mean", "dice_structure", "iou_structure"});
  table.add("seed", options.seed, "Seed of weights, sampling and augmentation");
  table.add("precision", options.precision, "Arithmetic; auto = bf16 where the hardware has it")
      .one_of({"auto", "fp32", "bf16"});
  table.add("threads", options.threads, "Threads; 0 = the cores at hand").range(0, 4096);
  table
      .add(
          "views", options.views,
          "Mirrored (4) and turned (8) views that evaluate and segment average over; 1 = the image")
      .range(1, 8);
  table.add("model_type", options.model_type, "Element type of model.safetensors")
      .one_of({"fp32", "bf16"});
}

}  // namespace

OptionTable TrainOptions::table() {
  OptionTable table;
  network.add_to(table);
  add_schedule(table, *this);
  add_loss(table, *this);
  add_augmentation(table, *this);
  add_run(table, *this);
  return table;
}

int TrainOptions::total_iterations() const {
  return static_cast<int>(std::accumulate(iterations.begin(), iterations.end(), std::int64_t{0}));
}

SchedulePoint schedule_at(const TrainOptions& options, int iteration) {
  SchedulePoint point;
  point.iteration = iteration;
  while (point.phase + 1 < options.phases() &&
         point.iteration >= options.iterations[static_cast<std::size_t>(point.phase)]) {
    point.iteration -= options.iterations[static_cast<std::size_t>(point.phase)];
    ++point.phase;
  }
  const double length = options.iterations[static_cast<std::size_t>(point.phase)];
  point.rate = for_phase(options.rates, point.phase);
  const std::string& course = for_phase(options.schedules, point.phase);
  if (course == "poly") point.rate *= std::pow(1.0 - point.iteration / length, options.power);
  if (course == "cosine") {
    point.rate *= (1.0 + std::cos(std::numbers::pi * point.iteration / length)) / 2.0;
  }
  if (point.phase == 0 && point.iteration < options.warm_up) {
    point.rate *= static_cast<double>(point.iteration + 1) / options.warm_up;
  }
  return point;
}

void check_options(const TrainOptions& options, int side) {
  const auto refuse = [](const std::string& what) { fail(ErrorKind::kUsage, "{}", what); };
  check_network(options.network, "options");
  check_views(options.views, "views");
  if (options.iterations.empty() || options.rates.empty() || options.schedules.empty() ||
      options.crops.empty()) {
    refuse("iterations, rates, schedules and crops each need at least one entry");
  }
  const auto sum =
      std::accumulate(options.iterations.begin(), options.iterations.end(), std::int64_t{0});
  if (sum > 1'000'000'000) refuse("iterations: the phases together are limited to 1,000,000,000");
  const std::map<std::string, std::size_t> lists = {{"rates", options.rates.size()},
                                                    {"schedules", options.schedules.size()},
                                                    {"crops", options.crops.size()}};
  for (const auto& [name, entries] : lists) {
    if (entries <= options.iterations.size()) continue;
    refuse(fmt::format("{}: expected at most one entry a phase, {} as iterations has, found {}",
                       name, options.iterations.size(), entries));
  }
  if (options.network.classes != 2 || options.network.input_channels != 1) {
    refuse(
        fmt::format("input_channels, classes: expected the 1 and 2 that a data set has, found {} "
                    "and {}",
                    options.network.input_channels, options.network.classes));
  }
  if (options.class_weights.size() != static_cast<std::size_t>(options.network.classes)) {
    refuse(fmt::format("class_weights: expected {} numbers, one a class, found {}",
                       options.network.classes, options.class_weights.size()));
  }
  if (std::ranges::all_of(options.class_weights, [](double weight) { return weight == 0; })) {
    refuse("class_weights: expected one above 0 at least, found only 0");
  }
  if (options.cross_entropy_weight + options.dice_weight + options.focal_weight +
          options.lovasz_weight + options.boundary_weight ==
      0) {
    refuse("the loss is nothing: each of its terms has weight 0");
  }
  if (options.patience > 0 && options.validate_every == 0) {
    refuse("patience counts validations: give validate_every too");
  }
  if (options.scaling.size() != 2 || options.scaling[0] > options.scaling[1]) {
    refuse(fmt::format("scaling: expected the smallest zoom and the largest, found {}",
                       fmt::join(options.scaling, ",")));
  }
  for (const int crop : options.crops) {
    const int shown = crop == 0 ? side : crop;
    if (options.elastic > shown / 12.0) {
      refuse(fmt::format("elastic: {} pixels would fold a crop of {}; at most a twelfth of it",
                         options.elastic, shown));
    }
    if (crop > side) {
      refuse(fmt::format("crops: {} is larger than the data set's images of {} x {}", crop, side,
                         side));
    }
  }
}

}  // namespace heartlab
