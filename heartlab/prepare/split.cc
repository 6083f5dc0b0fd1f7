#include "heartlab/prepare/split.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "heartlab/core/error.h"
#include "heartlab/core/options.h"
#include "heartlab/core/random.h"

namespace heartlab {
namespace {

constexpr std::array<const char*, 3> kSides{"train", "validation", "test"};
constexpr double kRatioTolerance = 1e-6;

using Ratios = std::array<double, 3>;
using Sizes = std::array<std::size_t, 3>;

Ratios checked(const std::vector<double>& ratios) {
  const double sum = std::accumulate(ratios.begin(), ratios.end(), 0.0);
  const bool good = ratios.size() == 3 &&
                    std::ranges::all_of(ratios, [](double ratio) { return ratio >= 0; }) &&
                    std::abs(sum - 1) < kRatioTolerance;
  if (!good) {
    fail(ErrorKind::kUsage,
         "--split: expected three ratios (train, validation, test) with the sum 1, found {}",
         fmt::join(ratios, ","));
  }
  return {ratios[0], ratios[1], ratios[2]};
}

void check_known(const std::vector<std::string>& named, const std::vector<std::string>& patients,
                 const char* option) {
  for (const auto& patient : named) {
    if (std::ranges::binary_search(patients, patient)) continue;
    const std::string near = nearest_word(patient, patients);
    fail(ErrorKind::kUsage, "{}: no patient '{}' among the {} with labelled images{}", option,
         patient, patients.size(),
         near.empty() ? fmt::format("; the first is '{}'", patients.front())
                      : fmt::format("; did you mean '{}'?", near));
  }
}

// Largest remainder (Hamilton), then one for every side that would be empty against its ratio.
Sizes sizes_of(std::size_t patients, const Ratios& ratios) {
  const double whole = std::accumulate(ratios.begin(), ratios.end(), 0.0);
  Sizes sizes{};
  std::array<std::pair<double, int>, 3> remainders;
  std::size_t given = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    const double quota = static_cast<double>(patients) * ratios[i] / whole;
    sizes[i] = static_cast<std::size_t>(quota + kRatioTolerance);
    given += sizes[i];
    remainders[i] = {static_cast<double>(sizes[i]) - quota, static_cast<int>(i)};
  }
  std::ranges::sort(remainders);
  for (std::size_t k = 0; given < patients; ++k, ++given) ++sizes[remainders[k % 3].second];

  std::array<std::size_t, 3> by_ratio{0, 1, 2};
  std::ranges::stable_sort(by_ratio, [&](auto a, auto b) { return ratios[a] > ratios[b]; });
  for (const std::size_t side : by_ratio) {
    const auto largest = std::ranges::max_element(sizes);
    if (ratios[side] > 0 && sizes[side] == 0 && *largest > 1) {
      --*largest;
      ++sizes[side];
    }
  }
  return sizes;
}

}  // namespace

std::map<std::string, std::string> split_patients(std::vector<std::string> patients,
                                                  const SplitOptions& options) {
  std::ranges::sort(patients);
  patients.erase(std::unique(patients.begin(), patients.end()), patients.end());
  Ratios ratios = checked(options.ratios);
  check_known(options.validation_patients, patients, "--validation-patients");
  check_known(options.test_patients, patients, "--test-patients");

  std::map<std::string, std::string> subset;
  for (const auto& patient : options.validation_patients) subset[patient] = "validation";
  for (const auto& patient : options.test_patients) {
    if (subset.contains(patient) && subset[patient] == "validation") {
      fail(ErrorKind::kUsage, "patient '{}' is both in --validation-patients and --test-patients",
           patient);
    }
    subset[patient] = "test";
  }
  if (!options.validation_patients.empty()) ratios[1] = 0;
  if (!options.test_patients.empty()) ratios[2] = 0;
  if (ratios[0] + ratios[1] + ratios[2] <= 0) ratios[0] = 1;

  std::erase_if(patients, [&](const auto& patient) { return subset.contains(patient); });
  Generator(options.seed).shuffle(patients);
  const Sizes sizes = sizes_of(patients.size(), ratios);
  std::size_t next = 0;
  for (std::size_t side = 0; side < 3; ++side) {
    for (std::size_t i = 0; i < sizes[side]; ++i) subset[patients[next++]] = kSides[side];
  }
  return subset;
}

}  // namespace heartlab
