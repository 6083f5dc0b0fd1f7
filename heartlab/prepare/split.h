#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace heartlab {

struct SplitOptions {
  std::vector<double> ratios = {0.7, 0.1, 0.2};  // train, validation, test; their sum is 1
  std::vector<std::string> validation_patients, test_patients;  // these go where they are named
  std::uint64_t seed = 1;
};

// The subset ("train", "validation", "test") of every patient. Where a list of patients is given,
// that side is the list and the rest is shared among the other sides in their ratio. Sizes go by
// largest remainder; a side with a ratio above 0 gets a patient where there are enough. The same
// patients and seed give the same split in whatever order they come. An Error where the ratios do
// not fit, a named patient does not exist (the nearest is named) or is on both lists.
std::map<std::string, std::string> split_patients(std::vector<std::string> patients,
                                                  const SplitOptions& options);

}  // namespace heartlab
