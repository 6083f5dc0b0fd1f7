#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

namespace heartlab {

// The one source of randomness, passed in wherever something is drawn: xoshiro256** (Blackman and
// Vigna, 2018) seeded by splitmix64. Same seed, same numbers on every machine.
class Generator {
 public:
  explicit Generator(std::uint64_t seed);

  std::uint64_t next();
  double uniform();                          // [0, 1)
  double uniform(double low, double high);   // [low, high)
  std::uint64_t below(std::uint64_t bound);  // 0 .. bound-1, unbiased; bound > 0
  double normal();                           // mean 0, standard deviation 1
  bool chance(double probability) { return uniform() < probability; }

  template <typename T>
  void shuffle(std::vector<T>& items) {
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
  }

  // An independent generator for stream `index`, the same for the same state and index.
  Generator fork(std::uint64_t index) const;

 private:
  std::array<std::uint64_t, 4> words_;
};

}  // namespace heartlab
