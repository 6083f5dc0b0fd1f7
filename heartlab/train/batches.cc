#include "heartlab/train/batches.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "heartlab/core/error.h"
#include "heartlab/train/augment.h"
#include "heartlab/train/signed_distance.h"

namespace heartlab {
namespace {

double chance_of(const Dataset& data, std::size_t index, double small_first) {
  const auto label = data.label(index);
  const double share = static_cast<double>(std::ranges::count(label, kStructureClass)) /
                       static_cast<double>(label.size());
  return std::pow(std::max(share, PatientSampler::kLeastShare), -small_first);
}

std::vector<double> running_chances(const Dataset& data, const std::vector<std::size_t>& images,
                                    double small_first) {
  double whole = 0, known = 0;
  for (const auto index : images) {
    if (data.samples()[index].partial) continue;
    whole += chance_of(data, index, small_first);
    ++known;
  }
  const double mean = known > 0 ? whole / known : 1;
  std::vector<double> chances;
  double sum = 0;
  for (const auto index : images) {
    sum += data.samples()[index].partial ? mean : chance_of(data, index, small_first);
    chances.push_back(sum);
  }
  return chances;
}

// An image, and what its augmentation is drawn from.
struct Draw {
  std::size_t image;
  Generator generator;
};

std::vector<Draw> draws_of(const PatientSampler& sampler, const TrainOptions& options,
                           std::uint64_t index) {
  constexpr auto kPatients = ~std::uint64_t{1};  // no image's number
  const Generator run(options.seed);
  Generator order = run.fork(kPatients).fork(index);
  std::vector<Draw> draws;
  auto number = index * static_cast<std::uint64_t>(options.batch);
  for (const auto patient : sampler.patients(order, options.batch)) {
    Generator generator = run.fork(number++);
    const std::size_t image = sampler.image_of(patient, generator);
    draws.push_back({image, generator});
  }
  return draws;
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

std::vector<std::size_t> PatientSampler::patients(Generator& generator, int count) const {
  std::vector<std::size_t> order(patients_.size());
  std::vector<std::size_t> drawn;
  while (std::ssize(drawn) < count) {
    std::iota(order.begin(), order.end(), std::size_t{0});
    generator.shuffle(order);
    const auto missing = static_cast<std::size_t>(count) - drawn.size();
    drawn.insert(drawn.end(), order.begin(),
                 order.begin() + static_cast<std::ptrdiff_t>(std::min(missing, order.size())));
  }
  return drawn;
}

std::size_t PatientSampler::image_of(std::size_t patient, Generator& generator) const {
  const auto& [images, chances] = patients_[patient];
  if (chances.empty()) return images[generator.below(images.size())];
  const auto found = std::ranges::upper_bound(chances, generator.uniform() * chances.back());
  const auto place = std::min<std::ptrdiff_t>(found - chances.begin(), std::ssize(chances) - 1);
  return images[static_cast<std::size_t>(place)];
}

std::vector<std::size_t> images_of_batch(const PatientSampler& sampler, const TrainOptions& options,
                                         std::uint64_t index) {
  std::vector<std::size_t> images;
  for (auto& draw : draws_of(sampler, options, index)) images.push_back(draw.image);
  return images;
}

Batch draw_batch(const Dataset& data, const PatientSampler& sampler, const TrainOptions& options,
                 int crop, std::uint64_t index, Share share) {
  const int side = crop == 0 ? data.side() : crop;
  const auto size = static_cast<std::size_t>(side) * static_cast<std::size_t>(side);
  const auto count = static_cast<std::size_t>(options.batch / share.size);
  Batch batch{torch::empty({options.batch / share.size, 1, side, side}, torch::kFloat),
              torch::empty({options.batch / share.size, side, side}, torch::kLong),
              torch::empty({options.batch / share.size}, torch::kBool),
              {}};
  if (options.boundary_weight > 0) batch.distances = torch::empty(batch.labels.sizes());
  auto draws = draws_of(sampler, options, index);
  for (std::size_t i = 0; i < count; ++i) {
    auto& [chosen, generator] = draws[static_cast<std::size_t>(share.rank) * count + i];
    Example source{data.image_raster(chosen), Raster<std::uint8_t>(data.side(), data.side())};
    std::ranges::copy(data.label(chosen), source.label.pixels.begin());
    // By the whole image, so that a crop is seen as it is seen in its image.
    const Standardisation standardisation = data.standardisation(chosen);
    const Example view = augment(source, options, crop, generator);
    std::ranges::copy(standardisation.apply(view.image), batch.images.data_ptr<float>() + i * size);
    std::ranges::copy(view.label.pixels, batch.labels.data_ptr<int64_t>() + i * size);
    batch.whole.data_ptr<bool>()[i] = !data.samples()[chosen].partial;
    if (!batch.distances.defined()) continue;
    std::ranges::copy(signed_distance(view.label).pixels,
                      batch.distances.data_ptr<float>() + i * size);
  }
  return batch;
}

}  // namespace heartlab
