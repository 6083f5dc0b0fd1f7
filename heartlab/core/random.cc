#include "heartlab/core/random.h"

#include <bit>
#include <cmath>
#include <numbers>

namespace heartlab {
namespace {

std::uint64_t splitmix(std::uint64_t& state) {
  std::uint64_t z = (state += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

}  // namespace

Generator::Generator(std::uint64_t seed) : words_{} {
  for (auto& word : words_) word = splitmix(seed);
}

std::uint64_t Generator::next() {
  const std::uint64_t result = std::rotl(words_[1] * 5, 7) * 9;
  const std::uint64_t shifted = words_[1] << 17;
  words_[2] ^= words_[0];
  words_[3] ^= words_[1];
  words_[1] ^= words_[2];
  words_[0] ^= words_[3];
  words_[2] ^= shifted;
  words_[3] = std::rotl(words_[3], 45);
  return result;
}

double Generator::uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

double Generator::uniform(double low, double high) { return low + (high - low) * uniform(); }

std::uint64_t Generator::below(std::uint64_t bound) {
  const std::uint64_t rejected = -bound % bound;
  std::uint64_t value = next();
  while (value < rejected) value = next();
  return value % bound;
}

double Generator::normal() {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
  return radius * std::cos(2.0 * std::numbers::pi * uniform());
}

Generator Generator::fork(std::uint64_t index) const {
  std::uint64_t seed = words_[0] ^ std::rotl(words_[3], 21) ^ (index * 0xd1342543de82ef95ULL);
  return Generator(splitmix(seed));
}

}  // namespace heartlab
