#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <numeric>
#include <tuple>

#include "heartlab/dicom/reader.h"

namespace heartlab {
namespace {

// Positions nearer to each other than this are the same slice at another time, in millimetres.
constexpr double kSamePlace = 0.05;

auto series_of(const FramePlace& place) {
  return std::tie(place.patient, place.study, place.series);
}

double distance_of(const FramePlace& place) {
  return place.geometry.in_patient ? place.geometry.distance_along_normal() : 0.0;
}

// Numbers the directions of the planes within each series: those that are parallel have one.
std::vector<int> directions_of(const std::vector<FramePlace>& places) {
  using Vector = std::array<double, 3>;
  std::map<std::string, std::vector<Vector>> known;  // by series
  std::vector<int> directions;
  for (const auto& place : places) {
    directions.push_back(0);
    if (!place.geometry.in_patient) continue;
    const Vector normal = place.geometry.normal();
    auto& of_series = known[fmt::format("{}\n{}\n{}", place.patient, place.study, place.series)];
    const auto parallel = [&normal](const Vector& other) {
      return std::inner_product(normal.begin(), normal.end(), other.begin(), 0.0) >= kParallel;
    };
    const auto found = std::ranges::find_if(of_series, parallel);
    directions.back() = static_cast<int>(found - of_series.begin());
    if (found == of_series.end()) of_series.push_back(normal);
  }
  return directions;
}

}  // namespace

FramePlace place_of(const DicomFrame& frame) {
  return {frame.patient_id,   frame.study_uid,       frame.series_uid, frame.geometry,
          frame.trigger_time, frame.instance_number, frame.frame,      frame.file};
}

std::vector<int> slice_numbers(const std::vector<FramePlace>& places) {
  const std::vector<int> directions = directions_of(places);
  std::vector<std::size_t> order(places.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  // Frames without a position first.
  std::ranges::sort(order, {}, [&](std::size_t i) {
    return std::tuple(series_of(places[i]), places[i].geometry.in_patient, directions[i],
                      distance_of(places[i]), i);
  });
  std::vector<int> slices(places.size());
  double start = 0;
  for (std::size_t k = 0; k < order.size(); ++k) {
    const FramePlace& current = places[order[k]];
    const FramePlace& before = places[order[k == 0 ? 0 : k - 1]];
    const bool same_series = k > 0 && series_of(before) == series_of(current);
    const bool same_place = same_series &&
                            before.geometry.in_patient == current.geometry.in_patient &&
                            directions[order[k]] == directions[order[k - 1]] &&
                            distance_of(current) - start < kSamePlace;
    if (!same_place) start = distance_of(current);
    if (same_series) slices[order[k]] = slices[order[k - 1]] + (same_place ? 0 : 1);
  }
  return slices;
}

std::vector<std::size_t> geometric_order(const std::vector<FramePlace>& places) {
  const std::vector<int> slices = slice_numbers(places);
  std::vector<std::size_t> order(places.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) {
    const FramePlace& place = places[i];
    return std::tuple(series_of(place), slices[i], place.trigger_time, place.instance_number,
                      place.frame, std::cref(place.file).get(), i);
  });
  return order;
}

}  // namespace heartlab
