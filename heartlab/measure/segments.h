#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "heartlab/measure/volumes.h"

namespace heartlab {

// The myocardium's segments of the American Heart Association (Cerqueira et al., Circulation 2002;
// 105:539) but the apical cap: 1 to 6 basal, 7 to 12 mid, 13 to 16 apical.
inline constexpr int kSegments = 16;
const char* segment_name(int number);  // from 1: "basal anterior"

struct SegmentOptions {
  // Where the right ventricle's wall meets the left one at the front, of each slice in pixels of
  // its images; empty = not given. A slice without its own takes that of the nearest slice.
  std::vector<std::optional<Point>> insertions;
  std::string base = "auto";  // "auto", "first", "last": the slice at the base along the normal
};

// How a stack is cut into segments. Slices that have both borders at end diastole are shared among
// base, middle and apex by thirds of the way from the one end to the other, half a slice beyond the
// outer ones included. In a slice segments start at the anterior insertion, seen from the centre of
// gravity of the cavity, and follow each other towards the septum: 60 degrees each, at the apex 90
// degrees from 15 degrees behind the insertion on.
class SegmentMap {
 public:
  SegmentMap(const std::vector<StackImage>& images, const StackLayout& layout,
             const Volumes& volumes, const SegmentOptions& options);

  const std::string& refused() const { return refused_; }  // why there are no segments; or empty
  const std::vector<std::string>& remarks() const { return remarks_; }
  // "slice 10 is at the base, slice 1 at the apex"
  const std::string& orientation() const { return orientation_; }

  // The segment's number at an angle (of the image: from x towards y) around the centre, both in
  // millimetres of the image's plane; 0 where the slice belongs to none.
  int segment_at(int slice, Point centre, double angle) const;
  bool has(int slice) const { return thirds_[static_cast<std::size_t>(slice)] >= 0; }

 private:
  void find_thirds(const std::vector<StackImage>& images, const StackLayout& layout, int diastole,
                   const std::string& base);
  void find_insertions(PixelSpacing spacing, const SegmentOptions& options);
  // Says where they cannot be the right ventricle's.
  void judge_insertions(const std::vector<StackImage>& images, const StackLayout& layout,
                        int diastole);

  std::string refused_, orientation_;
  std::vector<std::string> remarks_;
  std::vector<int> thirds_;        // of each slice: 0 basal, 1 mid, 2 apical, -1 none
  std::vector<Point> insertions_;  // of each slice, millimetres in its plane
  bool base_is_last_ = true;       // along the normal
};

// Centre of gravity of the inside, and the polygon in millimetres of the image's plane.
Point centre_of(const Contour& contour);
Contour in_millimetres(const Contour& contour, PixelSpacing spacing);
// Where the ray from `centre` at the angle crosses the polygon at last; nothing where it does not.
std::optional<double> reach(const Contour& contour, Point centre, double angle);

struct SegmentWall {
  Measured diastole, systole;  // millimetres
};

struct WallThickness {
  std::string refused;  // why there is none; empty where there is some
  std::vector<std::string> remarks;
  std::string orientation;
  std::array<SegmentWall, kSegments> segments;
};

// The thickness of each segment at end diastole and end systole: the mean over its slices and, in
// steps of 1 degree, over the rays from the cavity's centre of gravity, of what lies between both
// borders along the ray. Rays on which the epicardium does not lie outside the endocardium count as
// open; a segment with fewer than half of its rays is refused.
WallThickness wall_thickness(const std::vector<StackImage>& images, const StackLayout& layout,
                             const Volumes& volumes, const SegmentOptions& options);

}  // namespace heartlab
