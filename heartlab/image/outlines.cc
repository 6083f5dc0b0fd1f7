#include "heartlab/image/outlines.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace heartlab {
namespace {

// An edge of a traced border passes a pixel's centre at sqrt(1/8) = 0.3535 at the nearest; points
// that stay this near to where they were cannot carry it across.
constexpr double kFurthest = 0.35;
constexpr int kRounds = 10;
constexpr double kShrink = 0.5, kGrow = -0.53;  // Taubin's lambda and mu

void step(std::vector<Point>& points, double weight) {
  const std::vector<Point> before = points;
  const std::size_t count = points.size();
  for (std::size_t i = 0; i < count; ++i) {
    const Point& last = before[(i + count - 1) % count];
    const Point& next = before[(i + 1) % count];
    points[i].x += weight * ((last.x + next.x) / 2 - before[i].x);
    points[i].y += weight * ((last.y + next.y) / 2 - before[i].y);
  }
}

bool is_inside(const Point& point, const Contour& contour) {
  bool inside = false;
  for (std::size_t i = 0; i < contour.points.size(); ++i) {
    const Point& a = contour.points[i];
    const Point& b = contour.points[(i + 1) % contour.points.size()];
    if ((a.y > point.y) == (b.y > point.y)) continue;
    if (point.x < a.x + (point.y - a.y) / (b.y - a.y) * (b.x - a.x)) inside = !inside;
  }
  return inside;
}

// Ties a hole into a polygon at the two vertices that are nearest to each other.
void tie(Contour& outer, const Contour& hole) {
  std::size_t from = 0, to = 0;
  double nearest = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < outer.points.size(); ++i) {
    for (std::size_t k = 0; k < hole.points.size(); ++k) {
      const double distance =
          std::hypot(outer.points[i].x - hole.points[k].x, outer.points[i].y - hole.points[k].y);
      if (distance >= nearest) continue;
      nearest = distance;
      from = i;
      to = k;
    }
  }
  std::vector<Point> detour{outer.points[from]};
  for (std::size_t k = 0; k <= hole.points.size(); ++k) {
    detour.push_back(hole.points[(to + k) % hole.points.size()]);
  }
  outer.points.insert(outer.points.begin() + static_cast<std::ptrdiff_t>(from), detour.begin(),
                      detour.end());
}

}  // namespace

std::array<double, 3> in_patient(const Point& point, const Geometry& geometry) {
  std::array<double, 3> place{};
  for (std::size_t i = 0; i < 3; ++i) {
    place[i] = geometry.position[i] +
               point.x * geometry.spacing.column * geometry.row_direction[i] +
               point.y * geometry.spacing.row * geometry.column_direction[i];
  }
  return place;
}

Contour smoothed(const Contour& border) {
  Contour smooth = border;
  for (int round = 0; round < kRounds; ++round) {
    step(smooth.points, kShrink);
    step(smooth.points, kGrow);
  }
  for (std::size_t i = 0; i < border.points.size(); ++i) {
    const Point& was = border.points[i];
    Point& now = smooth.points[i];
    const double moved = std::hypot(now.x - was.x, now.y - was.y);
    if (moved <= kFurthest) continue;
    now = {was.x + kFurthest / moved * (now.x - was.x),
           was.y + kFurthest / moved * (now.y - was.y)};
  }
  return smooth;
}

std::vector<Contour> outlines(const Mask& mask) {
  std::vector<Contour> pieces, holes, borders;
  for (const auto& border : trace(mask)) {
    if (signed_area(border) > 0) {
      holes.push_back(border);
    } else {
      borders.push_back(border);
      pieces.push_back(smoothed(border));
    }
  }
  for (const auto& hole : holes) {
    // The smallest piece around it; a piece may lie in the hole of another.
    std::size_t owner = borders.size();
    for (std::size_t i = 0; i < borders.size(); ++i) {
      if (!is_inside(hole.points.front(), borders[i])) continue;
      if (owner == borders.size() || area(borders[i]) < area(borders[owner])) owner = i;
    }
    if (owner < borders.size()) tie(pieces[owner], smoothed(hole));
  }
  return pieces;
}

}  // namespace heartlab
