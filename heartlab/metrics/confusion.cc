#include "heartlab/metrics/confusion.h"

#include <cmath>
#include <limits>

#include "heartlab/core/error.h"

namespace heartlab {
namespace {

constexpr std::uint8_t kNotCounted = 255;

double ratio(std::uint64_t numerator, std::uint64_t denominator) {
  if (denominator == 0) return std::numeric_limits<double>::quiet_NaN();
  return static_cast<double>(numerator) / static_cast<double>(denominator);
}

template <typename Measure>
double mean_of_known(int classes, const Measure& measure) {
  double sum = 0;
  int known = 0;
  for (int index = 0; index < classes; ++index) {
    const double value = measure(index);
    if (std::isnan(value)) continue;
    sum += value;
    ++known;
  }
  return known == 0 ? std::numeric_limits<double>::quiet_NaN() : sum / known;
}

}  // namespace

Confusion::Confusion(int classes)
    : classes_(classes),
      counts_(static_cast<std::size_t>(classes) * static_cast<std::size_t>(classes)) {}

void Confusion::add(std::span<const std::uint8_t> truth, std::span<const std::uint8_t> prediction) {
  if (truth.size() != prediction.size()) {
    fail(ErrorKind::kInternal, "confusion: {} pixels of truth, {} of prediction", truth.size(),
         prediction.size());
  }
  const auto classes = static_cast<std::size_t>(classes_);
  for (std::size_t i = 0; i < truth.size(); ++i) {
    if (truth[i] == kNotCounted) continue;
    if (truth[i] >= classes || prediction[i] >= classes) {
      fail(ErrorKind::kInternal, "confusion: expected classes below {}, found {} (truth) and {}",
           classes, truth[i], prediction[i]);
    }
    ++counts_[truth[i] * classes + prediction[i]];
  }
}

void Confusion::add(const Confusion& other) {
  if (other.classes_ != classes_) {
    fail(ErrorKind::kInternal, "confusion: expected {} classes, found {}", classes_,
         other.classes_);
  }
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
}

void Confusion::add(int truth, int prediction, std::uint64_t pixels) {
  counts_[static_cast<std::size_t>(truth * classes_ + prediction)] += pixels;
}

std::uint64_t Confusion::at(int truth, int prediction) const {
  return counts_[static_cast<std::size_t>(truth) * static_cast<std::size_t>(classes_) +
                 static_cast<std::size_t>(prediction)];
}

std::uint64_t Confusion::row(int index) const {
  std::uint64_t sum = 0;
  for (int j = 0; j < classes_; ++j) sum += at(index, j);
  return sum;
}

std::uint64_t Confusion::column(int index) const {
  std::uint64_t sum = 0;
  for (int i = 0; i < classes_; ++i) sum += at(i, index);
  return sum;
}

double Confusion::pixel_accuracy() const {
  std::uint64_t right = 0, all = 0;
  for (int i = 0; i < classes_; ++i) {
    right += at(i, i);
    all += row(i);
  }
  return ratio(right, all);
}

double Confusion::class_accuracy(int index) const { return ratio(at(index, index), row(index)); }

double Confusion::iou(int index) const {
  return ratio(at(index, index), row(index) + column(index) - at(index, index));
}

double Confusion::dice(int index) const {
  return ratio(2 * at(index, index), row(index) + column(index));
}

double Confusion::frequency_weighted_iou() const {
  double weighted = 0, all = 0;
  for (int i = 0; i < classes_; ++i) {
    const auto pixels = static_cast<double>(row(i));
    if (pixels > 0) weighted += pixels * iou(i);
    all += pixels;
  }
  return all > 0 ? weighted / all : std::numeric_limits<double>::quiet_NaN();
}

double Confusion::mean_accuracy() const {
  return mean_of_known(classes_, [this](int index) { return class_accuracy(index); });
}

double Confusion::mean_iou() const {
  return mean_of_known(classes_, [this](int index) { return iou(index); });
}

double Confusion::mean_dice() const {
  return mean_of_known(classes_, [this](int index) { return dice(index); });
}

}  // namespace heartlab
