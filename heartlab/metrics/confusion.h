#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace heartlab {

// p[i][j]: pixels of true class i given class j. Classes 0 .. k-1; label 255 is not counted.
class Confusion {
 public:
  explicit Confusion(int classes);

  void add(std::span<const std::uint8_t> truth, std::span<const std::uint8_t> prediction);
  void add(const Confusion& other);
  void add(int truth, int prediction, std::uint64_t pixels);
  std::uint64_t at(int truth, int prediction) const;
  int classes() const { return classes_; }

  // The study's measures (DESIGN.md, after Garcia-Garcia 2017); NaN where the denominator is 0,
  // and such classes are left out of the means.
  double pixel_accuracy() const;
  double class_accuracy(int index) const;  // p_ii / sum_j p_ij
  double mean_accuracy() const;
  double iou(int index) const;
  double mean_iou() const;
  double frequency_weighted_iou() const;
  double dice(int index) const;
  double mean_dice() const;

 private:
  std::uint64_t row(int index) const;
  std::uint64_t column(int index) const;

  int classes_;
  std::vector<std::uint64_t> counts_;
};

}  // namespace heartlab
