#include "heartlab/train/batches.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "heartlab/core/error.h"
#include "heartlab/train/augment.h"

namespace heartlab {
namespace {

std::vector<double> running_chances(const Dataset& data, const std::vector<std::size_t>& images,
                                    double small_first) {
  std::vector<double> chances;
  double sum = 0;
  for (const auto index : images) {
    const auto label = data.label(index);
    const double share = static_cast<double>(std::ranges::count(label, kStructureClass)) /
                         static_cast<double>(label.size());
    sum += std::pow(std::max(share, PatientSampler::kLeastShare), -small_first);
    chances.push_back(sum);
  }
  return chances;
}

}  // namespace

PatientSampler::PatientSampler(const Dataset& data, const std::vector<std::size_t>& indices,
                               double small_first) {
  std::map<std::string, std::vector<std::size_t>> by_patient;
  for (const auto index : indices) by_patient[data.samples()[index].patient].push_back(index);
  if (by_patient.empty()) {
    fail(ErrorKind::kBadInput, "{}: the training side is empty", data.path().string());
  }
  for (auto& [name, images] : by_patient) {
    Patient patient{std::move(images), {}};
    if (small_first > 0) patient.chances = running_chances(data, patient.images, small_first);
    patients_.push_back(std::move(patient));
  }
}

std::size_t PatientSampler::draw(Generator& generator) const {
  const auto& [images, chances] = patients_[generator.below(patients_.size())];
  if (chances.empty()) return images[generator.below(images.size())];
  const auto found = std::ranges::upper_bound(chances, generator.uniform() * chances.back());
  const auto place = std::min<std::ptrdiff_t>(found - chances.begin(), std::ssize(chances) - 1);
  return images[static_cast<std::size_t>(place)];
}

Batch draw_batch(const Dataset& data, const PatientSampler& sampler, const TrainOptions& options,
                 int crop, std::uint64_t index) {
  const int side = crop == 0 ? data.side() : crop;
  const auto size = static_cast<std::size_t>(side) * static_cast<std::size_t>(side);
  Batch batch{torch::empty({options.batch, 1, side, side}, torch::kFloat),
              torch::empty({options.batch, side, side}, torch::kLong)};
  const Generator run(options.seed);
  for (int i = 0; i < options.batch; ++i) {
    const auto number =
        index * static_cast<std::uint64_t>(options.batch) + static_cast<std::uint64_t>(i);
    Generator generator = run.fork(number);
    const std::size_t chosen = sampler.draw(generator);
    Example source{data.image_raster(chosen), Raster<std::uint8_t>(data.side(), data.side())};
    std::ranges::copy(data.label(chosen), source.label.pixels.begin());
    // By the whole image, so that a crop is seen as it is seen in its image.
    const Standardisation standardisation = data.preparation().standardisation_of(source.image);
    const Example view = augment(source, options, crop, generator);
    const auto offset = static_cast<std::size_t>(i) * size;
    std::ranges::copy(standardisation.apply(view.image), batch.images.data_ptr<float>() + offset);
    std::ranges::copy(view.label.pixels, batch.labels.data_ptr<int64_t>() + offset);
  }
  return batch;
}

}  // namespace heartlab
