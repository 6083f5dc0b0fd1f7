#include "heartlab/measure/stacks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "heartlab/dicom/reader.h"

namespace heartlab {
namespace {

constexpr double kSamePlace = 0.05;    // millimetres
constexpr double kSameSpacing = 1e-3;  // millimetres

bool lie_alike(const SourceImage& a, const SourceImage& b) {
  const auto u = a.geometry.normal(), v = b.geometry.normal();
  return a.patient == b.patient && a.dicom.place.study == b.dicom.place.study &&
         a.geometry.in_patient == b.geometry.in_patient &&
         u[0] * v[0] + u[1] * v[1] + u[2] * v[2] >= kParallel;
}

bool alike(const SourceImage& a, const SourceImage& b) {
  return lie_alike(a, b) && a.grey.rows == b.grey.rows && a.grey.columns == b.grey.columns &&
         std::abs(a.geometry.spacing.row - b.geometry.spacing.row) < kSameSpacing &&
         std::abs(a.geometry.spacing.column - b.geometry.spacing.column) < kSameSpacing;
}

class Grouping {
 public:
  explicit Grouping(const std::vector<SourceImage>& images) : images_(images) {}

  std::vector<SourceStack> group() {
    for (std::size_t i = 0; i < images_.size(); ++i) add(i);
    name_other_sizes();
    join_single_slices();
    name();
    return std::move(stacks_);
  }

 private:
  const SourceImage& first(const SourceStack& stack) const { return images_[stack.images.front()]; }

  void add(std::size_t i) {
    for (auto& stack : stacks_) {
      if (first(stack).series != images_[i].series || !alike(first(stack), images_[i])) continue;
      stack.images.push_back(i);
      return;
    }
    stacks_.push_back({"", 1, {i}, {}});
  }

  // Images of one series that lie alike, but cannot be measured together.
  void name_other_sizes() {
    for (auto& stack : stacks_) {
      std::size_t others = 0;
      for (const auto& other : stacks_) {
        const bool apart = &other != &stack && first(other).series == first(stack).series &&
                           lie_alike(first(other), first(stack));
        others += apart ? other.images.size() : 0;
      }
      if (others == 0) continue;
      stack.remarks.push_back(fmt::format(
          "{} of the series {} another size or pixel spacing and {} a stack of {} own",
          others == 1 ? "1 image" : fmt::format("{} images", others), others == 1 ? "has" : "have",
          others == 1 ? "is" : "are", others == 1 ? "its" : "their"));
    }
  }

  bool is_one_slice(const SourceStack& stack) const {
    const double place = first(stack).geometry.distance_along_normal();
    for (const std::size_t i : stack.images) {
      if (std::abs(images_[i].geometry.distance_along_normal() - place) > kSamePlace) return false;
    }
    return first(stack).geometry.in_patient;
  }

  // Whether the slice has a place that none of the stack has, and about as many images as the
  // stack's first slice: a scout or a late image among a cine's series is no phase of it.
  bool is_another_slice_of(const SourceStack& joined, std::size_t of_first,
                           const SourceStack& slice) const {
    const std::size_t count = slice.images.size();
    if (!alike(first(joined), first(slice))) return false;
    if (2 * count < of_first || 2 * of_first < count) return false;
    const double place = first(slice).geometry.distance_along_normal();
    return std::ranges::none_of(joined.images, [&](std::size_t i) {
      return std::abs(images_[i].geometry.distance_along_normal() - place) <= kSamePlace;
    });
  }

  void join_single_slices() {
    struct Parts {
      int count = 0;  // series of one slice in it; 0 = a series of its own
      std::size_t of_first = 0;
    };
    std::vector<SourceStack> joined;
    std::vector<Parts> parts;
    for (auto& stack : stacks_) {
      const bool single = is_one_slice(stack);
      const std::size_t none = joined.size();
      std::size_t into = none;
      for (std::size_t k = 0; k < none && single; ++k) {
        if (parts[k].count == 0 || !is_another_slice_of(joined[k], parts[k].of_first, stack))
          continue;
        const bool same = parts[k].of_first == stack.images.size();
        if (same || into == none) into = k;
        if (same) break;
      }
      if (into == none) {
        parts.push_back({single ? 1 : 0, stack.images.size()});
        joined.push_back(std::move(stack));
        continue;
      }
      auto& images = joined[into].images;
      images.insert(images.end(), stack.images.begin(), stack.images.end());
      ++parts[into].count;
    }
    for (std::size_t k = 0; k < joined.size(); ++k) {
      if (parts[k].count < 2) continue;
      joined[k].remarks.push_back(
          fmt::format("{} series of one slice each are taken as one stack", parts[k].count));
    }
    stacks_ = std::move(joined);
  }

  void name() {
    std::map<std::string, int> count;
    for (auto& stack : stacks_) {
      const std::string& patient = first(stack).patient;
      stack.number = ++count[patient];
      stack.name = stack.number == 1 ? patient : fmt::format("{}_s{:02}", patient, stack.number);
    }
  }

  const std::vector<SourceImage>& images_;
  std::vector<SourceStack> stacks_;
};

}  // namespace

std::vector<SourceStack> stacks_of(const std::vector<SourceImage>& images) {
  return Grouping(images).group();
}

}  // namespace heartlab
