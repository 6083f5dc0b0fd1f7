#include "heartlab/measure/segments.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace heartlab {
namespace {

using std::numbers::pi;

constexpr double kApicalTurn = 15;  // degrees from the insertion to the first apical segment

constexpr const char* kNames[kSegments] = {
    "basal anterior",      "basal anteroseptal",  "basal inferoseptal", "basal inferior",
    "basal inferolateral", "basal anterolateral", "mid anterior",       "mid anteroseptal",
    "mid inferoseptal",    "mid inferior",        "mid inferolateral",  "mid anterolateral",
    "apical anterior",     "apical septal",       "apical inferior",    "apical lateral"};

const StackImage* image_at(const std::vector<StackImage>& images, const StackLayout& layout,
                           std::size_t slice, int phase) {
  const int index = layout.images[slice][static_cast<std::size_t>(phase)];
  return index < 0 ? nullptr : &images[static_cast<std::size_t>(index)];
}

bool has_both(const StackImage* image) {
  return image != nullptr && !image->drawn.endocardium.empty() && !image->drawn.epicardium.empty();
}

}  // namespace

const char* segment_name(int number) { return kNames[number - 1]; }

Point centre_of(const Contour& contour) {
  double twice = 0, x = 0, y = 0;
  for (std::size_t i = 0; i < contour.points.size(); ++i) {
    const Point& a = contour.points[i];
    const Point& b = contour.points[(i + 1) % contour.points.size()];
    const double cross = a.x * b.y - b.x * a.y;
    twice += cross;
    x += (a.x + b.x) * cross;
    y += (a.y + b.y) * cross;
  }
  if (twice == 0) return contour.points.empty() ? Point() : contour.points.front();
  return {x / (3 * twice), y / (3 * twice)};
}

Contour in_millimetres(const Contour& contour, PixelSpacing spacing) {
  Contour scaled = contour;
  for (auto& [x, y] : scaled.points) {
    x *= spacing.column;
    y *= spacing.row;
  }
  return scaled;
}

std::optional<double> reach(const Contour& contour, Point centre, double angle) {
  const double dx = std::cos(angle), dy = std::sin(angle);
  std::optional<double> farthest;
  for (std::size_t i = 0; i < contour.points.size(); ++i) {
    const Point& a = contour.points[i];
    const Point& b = contour.points[(i + 1) % contour.points.size()];
    // Distances from the ray's line; where they change sign the edge crosses it.
    const double from = (a.x - centre.x) * dy - (a.y - centre.y) * dx;
    const double to = (b.x - centre.x) * dy - (b.y - centre.y) * dx;
    if ((from < 0) == (to < 0)) continue;
    const double share = from / (from - to);
    const double along =
        (a.x + share * (b.x - a.x) - centre.x) * dx + (a.y + share * (b.y - a.y) - centre.y) * dy;
    if (along > 0 && along > farthest.value_or(0)) farthest = along;
  }
  return farthest;
}

SegmentMap::SegmentMap(const std::vector<StackImage>& images, const StackLayout& layout,
                       const Volumes& volumes, const SegmentOptions& options) {
  thirds_.assign(layout.positions.size(), -1);
  if (!layout.refused.empty()) {
    refused_ = layout.refused;
  } else if (volumes.end_diastole < 0) {
    refused_ = volumes.end_diastolic.refused;
  } else if (std::ranges::none_of(options.insertions,
                                  [](const auto& p) { return p.has_value(); })) {
    refused_ = "the right ventricle's anterior insertion is not given (--rv-insertion)";
  } else {
    find_thirds(images, layout, volumes.end_diastole, options.base);
    find_insertions(images.front().geometry.spacing, options);
    judge_insertions(images, layout, volumes.end_diastole);
  }
}

void SegmentMap::judge_insertions(const std::vector<StackImage>& images, const StackLayout& layout,
                                  int diastole) {
  constexpr double kFar = 20;  // millimetres outside of the muscle
  std::vector<int> within, far;
  for (std::size_t s = 0; s < thirds_.size() && refused_.empty(); ++s) {
    if (thirds_[s] < 0) continue;
    const StackImage& image = *image_at(images, layout, s, diastole);
    const PixelSpacing spacing = image.geometry.spacing;
    const Contour inner = in_millimetres(image.drawn.endocardium.contour, spacing);
    const Contour outer = in_millimetres(image.drawn.epicardium.contour, spacing);
    const Point centre = centre_of(inner);
    const double dx = insertions_[s].x - centre.x, dy = insertions_[s].y - centre.y;
    const double away = std::hypot(dx, dy), angle = std::atan2(dy, dx);
    const int number = static_cast<int>(s) + 1;
    if (away < reach(inner, centre, angle).value_or(0)) within.push_back(number);
    if (away > reach(outer, centre, angle).value_or(0) + kFar) far.push_back(number);
  }
  const auto remark = [this](const std::vector<int>& slices, const std::string& what) {
    if (slices.empty()) return;
    remarks_.push_back(fmt::format("the insertion as given lies {} on {} {}", what,
                                   slices.size() == 1 ? "slice" : "slices",
                                   fmt::join(slices, ", ")));
  };
  remark(within, "within the cavity");
  remark(far, fmt::format("more than {:g} mm outside of the muscle", kFar));
}

void SegmentMap::find_thirds(const std::vector<StackImage>& images, const StackLayout& layout,
                             int diastole, const std::string& base) {
  std::vector<std::size_t> drawn;
  for (std::size_t s = 0; s < thirds_.size(); ++s) {
    if (has_both(image_at(images, layout, s, diastole))) drawn.push_back(s);
  }
  if (drawn.size() < 3) {
    refused_ =
        fmt::format("{} slices have both borders at end diastole, segments need 3", drawn.size());
    return;
  }
  // The ventricle tapers: its base is the end with the larger cavities.
  double first = 0, last = 0;
  for (std::size_t k = 0; k < drawn.size() / 2; ++k) {
    first += image_at(images, layout, drawn[k], diastole)->drawn.endocardium.area_px;
    last +=
        image_at(images, layout, drawn[drawn.size() - 1 - k], diastole)->drawn.endocardium.area_px;
  }
  base_is_last_ = base == "auto" ? last >= first : base == "last";
  const auto at = [&](std::size_t s) { return layout.positions[s]; };
  const double half = layout.spacing / 2;
  const double low = at(drawn.front()) - half, high = at(drawn.back()) + half;
  for (const std::size_t s : drawn) {
    const double way = (base_is_last_ ? high - at(s) : at(s) - low) / (high - low);
    thirds_[s] = std::clamp(static_cast<int>(3 * way), 0, 2);
  }
  const auto [base_slice, apex_slice] = base_is_last_ ? std::pair(drawn.back(), drawn.front())
                                                      : std::pair(drawn.front(), drawn.back());
  orientation_ =
      fmt::format("slice {} is at the base, slice {} at the apex{}", base_slice + 1, apex_slice + 1,
                  base == "auto" ? ": cavities are larger towards the base" : "");
}

void SegmentMap::find_insertions(PixelSpacing spacing, const SegmentOptions& options) {
  std::vector<int> given, borrowed;
  for (std::size_t s = 0; s < options.insertions.size(); ++s) {
    if (options.insertions[s]) given.push_back(static_cast<int>(s));
  }
  insertions_.resize(thirds_.size());
  for (std::size_t s = 0; s < insertions_.size(); ++s) {
    const int nearest = *std::ranges::min_element(
        given, {}, [&](int g) { return std::abs(g - static_cast<int>(s)); });
    const Point pixel = *options.insertions[static_cast<std::size_t>(nearest)];
    insertions_[s] = {pixel.x * spacing.column, pixel.y * spacing.row};
    if (nearest != static_cast<int>(s) && thirds_[s] >= 0)
      borrowed.push_back(static_cast<int>(s) + 1);
  }
  if (borrowed.empty()) return;
  remarks_.push_back(fmt::format("the insertion of the nearest slice stands in on {} {}",
                                 borrowed.size() == 1 ? "slice" : "slices",
                                 fmt::join(borrowed, ", ")));
}

int SegmentMap::segment_at(int slice, Point centre, double angle) const {
  const auto s = static_cast<std::size_t>(slice);
  const int third = thirds_[s];
  if (third < 0) return 0;
  const Point& insertion = insertions_[s];
  const double start = std::atan2(insertion.y - centre.y, insertion.x - centre.x);
  // Seen from the apex the septum follows the insertion counter-clockwise. The normal points away
  // from the viewer of the image: where it points to the base, the image is seen from the apex.
  const double turn = (base_is_last_ ? start - angle : angle - start) * 180 / pi;
  const auto sector = [&](double degrees, double width) {
    const double positive = degrees - 360 * std::floor(degrees / 360);
    return static_cast<int>(positive / width) % static_cast<int>(360 / width);
  };
  constexpr int kRing[] = {2, 3, 4, 5, 6, 1}, kApex[] = {14, 15, 16, 13};
  if (third == 2) return kApex[sector(turn - kApicalTurn, 90)];
  return kRing[sector(turn, 60)] + (third == 1 ? 6 : 0);
}

namespace {

struct Rays {
  double sum = 0;
  int count = 0, open = 0;
};

// The rays of one phase, segment by segment.
std::array<Rays, kSegments> cast_rays(const std::vector<StackImage>& images,
                                      const StackLayout& layout, const SegmentMap& map, int phase) {
  std::array<Rays, kSegments> rays{};
  for (int s = 0; s < layout.slices(); ++s) {
    const StackImage* image = image_at(images, layout, static_cast<std::size_t>(s), phase);
    if (!map.has(s) || !has_both(image)) continue;
    const PixelSpacing spacing = image->geometry.spacing;
    const Contour inner = in_millimetres(image->drawn.endocardium.contour, spacing);
    const Contour outer = in_millimetres(image->drawn.epicardium.contour, spacing);
    const Point centre = centre_of(inner);
    for (int degree = 0; degree < 360; ++degree) {
      const double angle = (degree + 0.5) * pi / 180;
      Rays& segment = rays[static_cast<std::size_t>(map.segment_at(s, centre, angle)) - 1];
      const double near = reach(inner, centre, angle).value_or(0);
      const double far = reach(outer, centre, angle).value_or(0);
      if (far <= near) {
        ++segment.open;
        continue;
      }
      segment.sum += far - near;
      ++segment.count;
    }
  }
  return rays;
}

Measured thickness_of(const Rays& rays) {
  if (rays.count == 0 && rays.open == 0) return {std::nullopt, "not drawn"};
  if (rays.count < rays.open) return {std::nullopt, "the ring is open"};
  return {rays.sum / rays.count, ""};
}

}  // namespace

WallThickness wall_thickness(const std::vector<StackImage>& images, const StackLayout& layout,
                             const Volumes& volumes, const SegmentOptions& options) {
  const SegmentMap map(images, layout, volumes, options);
  WallThickness result;
  result.refused = map.refused();
  if (!result.refused.empty()) return result;
  result.remarks = map.remarks();
  result.orientation = map.orientation();
  const auto diastole = cast_rays(images, layout, map, volumes.end_diastole);
  for (std::size_t i = 0; i < kSegments; ++i) {
    result.segments[i].diastole = thickness_of(diastole[i]);
    result.segments[i].systole = {std::nullopt, volumes.end_systolic.refused};
  }
  if (volumes.end_systole < 0) return result;
  const auto systole = cast_rays(images, layout, map, volumes.end_systole);
  for (std::size_t i = 0; i < kSegments; ++i) result.segments[i].systole = thickness_of(systole[i]);
  return result;
}

}  // namespace heartlab
