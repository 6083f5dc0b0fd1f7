#include "heartlab/measure/stacks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <utility>

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
  struct Joined {
    SourceStack stack;
    int slices;                     // series of one slice in it; 0 = a series of its own
    std::size_t of_first;           // images
    int least_number, last_number;  // of its series
    int doubtful;                   // slices that could belong here or to another one
  };

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

  // Whether a stack has a slice where this image lies.
  bool holds(const SourceStack& stack, std::size_t image) const {
    const double place = images_[image].geometry.distance_along_normal();
    return std::ranges::any_of(stack.images, [&](std::size_t i) {
      return std::abs(images_[i].geometry.distance_along_normal() - place) <= kSamePlace;
    });
  }

  static bool are_as_many(std::size_t a, std::size_t b) { return 2 * a >= b && 2 * b >= a; }

  // Whether the slice has a place that none of the stack has, and about as many images as the
  // stack's first slice: a scout or a late image among a cine's series is no phase of it.
  bool is_another_slice_of(const SourceStack& joined, std::size_t of_first,
                           const SourceStack& slice) const {
    return alike(first(joined), first(slice)) && are_as_many(slice.images.size(), of_first) &&
           !holds(joined, slice.images.front());
  }

  // Of several stacks that a slice could belong to, the one with as many images a slice, then the
  // one whose last slice was acquired next before or after it.
  static bool is_nearer(const Joined& a, const Joined& b, std::size_t count, int series_number) {
    const auto key = [&](const Joined& joined) {
      const auto apart = std::int64_t{joined.last_number} - series_number;
      return std::pair(joined.of_first != count, std::abs(apart));
    };
    return key(a) < key(b);
  }

  void join_single_slices() {
    // Stacks by acquisition: of slices that were taken twice, what was taken together belongs
    // together.
    std::ranges::stable_sort(stacks_, {}, [this](const SourceStack& stack) {
      return is_one_slice(stack) ? first(stack).dicom.series_number : -1;
    });
    std::vector<Joined> all;
    for (auto& stack : stacks_) {
      const bool single = is_one_slice(stack);
      const std::size_t count = stack.images.size();
      const int number = first(stack).dicom.series_number;
      std::vector<Joined*> fitting;
      for (auto& joined : all) {
        const bool fits = single && joined.slices > 0 &&
                          is_another_slice_of(joined.stack, joined.of_first, stack);
        if (fits) fitting.push_back(&joined);
      }
      if (fitting.empty()) {
        all.push_back({std::move(stack), single ? 1 : 0, count, number, number, 0});
        continue;
      }
      const auto chosen = std::ranges::min_element(fitting, [&](const Joined* a, const Joined* b) {
        return is_nearer(*a, *b, count, number);
      });
      if (fitting.size() > 1) {
        for (auto* joined : fitting) ++joined->doubtful;
      }
      auto& images = (*chosen)->stack.images;
      images.insert(images.end(), stack.images.begin(), stack.images.end());
      ++(*chosen)->slices;
      (*chosen)->last_number = number;
    }
    for (auto& joined : all) {
      remark_on(joined, std::ranges::any_of(all, [&](const Joined& other) {
                  return &other != &joined && may_be_mixed(joined, other);
                }));
    }
    stacks_.clear();
    for (auto& joined : all) {
      std::ranges::sort(joined.stack.images);
      stacks_.push_back(std::move(joined.stack));
    }
    std::ranges::sort(stacks_, {}, [](const SourceStack& stack) { return stack.images.front(); });
  }

  // Whether slices of one could be the other's, taken at the same places and in turns, or without
  // numbers that tell.
  bool may_be_mixed(const Joined& a, const Joined& b) const {
    const bool single = a.slices > 0 && b.slices > 0 && a.slices + b.slices > 2;
    return single && alike(first(a.stack), first(b.stack)) && are_as_many(a.of_first, b.of_first) &&
           a.least_number <= b.last_number && b.least_number <= a.last_number &&
           std::ranges::any_of(b.stack.images, [&](std::size_t i) { return holds(a.stack, i); });
  }

  static void remark_on(Joined& joined, bool mixed) {
    auto& remarks = joined.stack.remarks;
    if (joined.slices > 1) {
      remarks.push_back(
          fmt::format("{} series of one slice each are taken as one stack", joined.slices));
    }
    if (mixed) {
      remarks.emplace_back(
          "slices were taken twice, and the numbers of their series do not tell which belong "
          "together: measure one acquisition alone");
    } else if (joined.doubtful > 0) {
      remarks.push_back(fmt::format(
          "{} could belong to this stack or to another one of the same planes; they were told "
          "apart by the numbers of their series",
          joined.doubtful == 1 ? "1 slice" : fmt::format("{} slices", joined.doubtful)));
    }
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
