#include "heartlab/search/folds.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "heartlab/core/error.h"
#include "heartlab/core/random.h"

namespace heartlab {

std::vector<std::vector<std::string>> share_out_patients(const Dataset& data,
                                                         const std::vector<std::size_t>& images,
                                                         int folds, std::uint64_t seed) {
  std::map<std::string, int> count;
  for (const auto index : images) {
    if (!data.samples()[index].partial) ++count[data.samples()[index].patient];
  }
  std::vector<std::pair<std::string, int>> order(count.begin(), count.end());
  if (std::ssize(order) < folds) {
    fail(ErrorKind::kUsage, "--folds: {} folds need as many patients, {} has {}", folds,
         data.path().string(), order.size());
  }
  Generator generator(seed);
  generator.shuffle(order);
  std::ranges::stable_sort(order, [](auto& a, auto& b) { return a.second > b.second; });
  std::vector<std::vector<std::string>> lists(static_cast<std::size_t>(folds));
  std::vector<std::size_t> places(lists.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    const std::size_t place = i % lists.size();
    if (place == 0) {
      std::iota(places.begin(), places.end(), std::size_t{0});
      generator.shuffle(places);
    }
    lists[places[place]].push_back(order[i].first);
  }
  for (auto& patients : lists) std::ranges::sort(patients);
  return lists;
}

Dataset with_sides(const Dataset& data, const std::vector<std::size_t>& images,
                   const FoldSides& sides) {
  std::vector<std::string> subsets(data.size(), kLeftOut);
  const std::set<std::string> validation(sides.validation.begin(), sides.validation.end());
  const std::set<std::string> test(sides.test.begin(), sides.test.end());
  for (const auto index : images) {
    const Sample& sample = data.samples()[index];
    std::string& subset = subsets[index];
    subset = "train";
    if (validation.contains(sample.patient)) subset = "validation";
    if (test.contains(sample.patient)) subset = "test";
    if (sample.partial && subset != "train") subset = kLeftOut;
  }
  return data.with_subsets(subsets);
}

}  // namespace heartlab
