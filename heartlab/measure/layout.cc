#include "heartlab/measure/layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "heartlab/core/error.h"
#include "heartlab/dicom/reader.h"
#include "heartlab/metrics/interval.h"

namespace heartlab {
namespace {

constexpr double kSameTime = 1;                                    // milliseconds
constexpr double kMissing = 1.5, kDoubled = 0.25, kUneven = 0.05;  // shares of the median distance

double cosine_between(const Geometry& a, const Geometry& b) {
  const auto u = a.normal(), v = b.normal();
  return u[0] * v[0] + u[1] * v[1] + u[2] * v[2];
}

// Why the images are no stack of parallel slices with known sizes; empty where they are.
std::string no_stack(const std::vector<StackImage>& images) {
  for (const auto& image : images) {
    if (!image.geometry.in_patient) {
      return fmt::format(
          "{}: its place in the patient is not stated (ImagePositionPatient, "
          "ImageOrientationPatient)",
          image.name);
    }
    if (!image.geometry.spacing.known()) {
      return fmt::format("{}: its pixel spacing is not stated", image.name);
    }
    if (cosine_between(image.geometry, images.front().geometry) < kParallel) {
      return fmt::format("{}: its plane is not parallel to that of {}", image.name,
                         images.front().name);
    }
  }
  return "";
}

bool is_drawn(const StackImage& image) {
  return !image.drawn.endocardium.empty() || !image.drawn.epicardium.empty();
}

class Sorter {
 public:
  explicit Sorter(const std::vector<StackImage>& images) : images_(images) {}

  StackLayout sort() {
    layout_.refused = no_stack(images_);
    if (!layout_.refused.empty()) return std::move(layout_);
    find_slices();
    measure_distances();
    find_whether_timed();
    sort_phases();
    for (std::size_t s = 0; s < slices_.size(); ++s) drop_doubles(s);
    place_phases();
    return std::move(layout_);
  }

 private:
  const StackImage& image(int index) const { return images_[static_cast<std::size_t>(index)]; }

  void find_slices() {
    const double origin = images_.front().geometry.distance_along_normal();
    std::vector<FramePlace> places;
    for (const auto& image : images_) {
      // One normal for all, so that nothing hangs on how a direction was rounded.
      FramePlace place;
      place.geometry = images_.front().geometry;
      place.geometry.position = image.geometry.position;
      places.push_back(place);
    }
    const std::vector<int> numbers = slice_numbers(places);
    const int count = *std::ranges::max_element(numbers) + 1;
    slices_.resize(static_cast<std::size_t>(count));
    layout_.positions.resize(slices_.size());
    for (std::size_t i = 0; i < images_.size(); ++i) {
      const auto slice = static_cast<std::size_t>(numbers[i]);
      slices_[slice].push_back(static_cast<int>(i));
      layout_.positions[slice] = places[i].geometry.distance_along_normal() - origin;
    }
    const double lowest = layout_.positions.front();
    for (double& position : layout_.positions) position -= lowest;
  }

  // As many images as most slices have, numbered apart but of one time: the time says nothing.
  bool has_one_time(const std::vector<int>& slice) const {
    if (slice.size() < 2 || slice.size() != usual_count()) return false;
    std::set<int> numbers;
    for (const int i : slice) numbers.insert(image(i).instance_number);
    return numbers.size() == slice.size() && std::ranges::all_of(slice, [&](int i) {
             return std::abs(image(i).trigger_time - image(slice[0]).trigger_time) < kSameTime;
           });
  }

  void find_whether_timed() {
    timed_ =
        std::ranges::all_of(images_, [](const auto& image) { return image.trigger_time >= 0; });
    std::string why = "not every image states a trigger time";
    for (std::size_t s = 0; s < slices_.size() && timed_; ++s) {
      if (!has_one_time(slices_[s])) continue;
      timed_ = false;
      why = fmt::format("all {} images of slice {} state the same trigger time ({:g} ms)",
                        slices_[s].size(), s + 1, image(slices_[s][0]).trigger_time);
    }
    if (!timed_) layout_.remarks.push_back(why + ": phases are in the order of InstanceNumber");
  }

  void sort_phases() {
    for (auto& slice : slices_) {
      std::ranges::sort(slice, {}, [&](int i) {
        return std::tuple(timed_ ? image(i).trigger_time : 0, image(i).instance_number, i);
      });
    }
  }

  void measure_distances() {
    const auto& at = layout_.positions;
    std::vector<double> distances;
    for (std::size_t s = 1; s < at.size(); ++s) distances.push_back(at[s] - at[s - 1]);
    layout_.gap_after.assign(at.size(), false);
    if (distances.empty()) return;
    layout_.spacing = median(distances);
    for (std::size_t s = 0; s < distances.size(); ++s) {
      const double share = distances[s] / layout_.spacing;
      const char* what = nullptr;
      if (share > kMissing) {
        what = "a slice is missing between them";
        layout_.gap_after[s] = true;
      } else if (share < kDoubled) {
        what = "a slice was taken twice";
      } else if (std::abs(share - 1) > kUneven) {
        what = "uneven spacing";
      }
      if (what == nullptr) continue;
      layout_.remarks.push_back(
          fmt::format("slices {} and {} are {:.1f} mm apart, most {:.1f} mm: {}", s + 1, s + 2,
                      distances[s], layout_.spacing, what));
    }
  }

  // Of images at the same place and time one stays.
  int better(int a, int b, std::size_t slice) {
    const bool a_drawn = is_drawn(image(a)), b_drawn = is_drawn(image(b));
    const int chosen = a_drawn != b_drawn                                     ? (a_drawn ? a : b)
                       : image(b).instance_number >= image(a).instance_number ? b
                                                                              : a;
    layout_.remarks.push_back(
        fmt::format("slice {}: {} and {} show the same place and time; {} counts", slice + 1,
                    image(a).name, image(b).name, image(chosen).name));
    return chosen;
  }

  bool same_moment(int a, int b) const {
    if (timed_) return std::abs(image(a).trigger_time - image(b).trigger_time) < kSameTime;
    return image(a).instance_number >= 0 && image(a).instance_number == image(b).instance_number;
  }

  void drop_doubles(std::size_t slice) {
    std::vector<int> kept;
    for (const int i : slices_[slice]) {
      if (!kept.empty() && same_moment(kept.back(), i)) {
        kept.back() = better(kept.back(), i, slice);
      } else {
        kept.push_back(i);
      }
    }
    slices_[slice] = kept;
  }

  // The number of images that most slices have; of equals the larger.
  std::size_t usual_count() const {
    std::map<std::size_t, int> counts;
    for (const auto& slice : slices_) ++counts[slice.size()];
    const auto most = std::ranges::max_element(
        counts, {}, [](const auto& entry) { return std::pair(entry.second, entry.first); });
    return most->first;
  }

  void place_phases() {
    const std::size_t count = usual_count();
    layout_.times.assign(count, -1);
    layout_.images.assign(slices_.size(), std::vector<int>(count, -1));
    for (std::size_t s = 0; s < slices_.size(); ++s) {
      if (slices_[s].size() == count) layout_.images[s] = slices_[s];
    }
    if (timed_) take_times();
    for (std::size_t s = 0; s < slices_.size(); ++s) {
      if (slices_[s].size() != count && !place_by_time(s)) return;
    }
    name_spread();
  }

  std::vector<double> times_of(std::size_t phase) const {
    std::vector<double> times;
    for (const auto& slice : layout_.images) {
      if (slice[phase] >= 0) times.push_back(image(slice[phase]).trigger_time);
    }
    return times;
  }

  void take_times() {
    for (std::size_t p = 0; p < layout_.times.size(); ++p) layout_.times[p] = median(times_of(p));
  }

  // Each image of the slice goes to the phase nearest in time; false where there are no times.
  bool place_by_time(std::size_t slice) {
    const std::size_t found = slices_[slice].size(), usual = layout_.times.size();
    if (!timed_) {
      layout_.refused = fmt::format(
          "slice {} has {} images, most have {}, and no trigger times tell which phases they are",
          slice + 1, found, usual);
      return false;
    }
    for (const int i : slices_[slice]) {
      const auto nearest = std::ranges::min_element(
          layout_.times, {}, [&](double time) { return std::abs(time - image(i).trigger_time); });
      int& place = layout_.images[slice][static_cast<std::size_t>(nearest - layout_.times.begin())];
      place = place < 0 ? i : better(place, i, slice);
    }
    for (std::size_t p = 0; p < usual; ++p) {
      if (layout_.images[slice][p] >= 0) continue;
      layout_.remarks.push_back(fmt::format("slice {} has no image of phase {} ({:.0f} ms)",
                                            slice + 1, p + 1, layout_.times[p]));
    }
    return true;
  }

  // Slices of heartbeats of different length show one phase at different times; much apart, they
  // may show different phases.
  void name_spread() {
    if (!timed_ || layout_.times.size() < 2) return;
    const double step = (layout_.times.back() - layout_.times.front()) /
                        static_cast<double>(layout_.times.size() - 1);
    std::vector<std::size_t> spread;
    double widest = 0;
    std::string example;
    for (std::size_t p = 0; p < layout_.times.size(); ++p) {
      const auto times = times_of(p);
      const auto [low, high] = std::ranges::minmax(times);
      if (high - low <= step) continue;
      spread.push_back(p + 1);
      if (high - low <= widest) continue;
      widest = high - low;
      example = fmt::format("from {:.0f} to {:.0f} ms in phase {}", low, high, p + 1);
    }
    if (spread.empty()) return;
    layout_.remarks.push_back(fmt::format(
        "phase {}: the slices' trigger times lie further apart than two phases, most {}",
        fmt::join(spread, ", "), example));
  }

  const std::vector<StackImage>& images_;
  bool timed_ = true;
  std::vector<std::vector<int>> slices_;
  StackLayout layout_;
};

}  // namespace

StackLayout lay_out(const std::vector<StackImage>& images) {
  if (images.empty()) fail(ErrorKind::kInternal, "a stack without images");
  return Sorter(images).sort();
}

}  // namespace heartlab
