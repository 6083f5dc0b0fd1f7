#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "heartlab/measure/segments.h"

namespace heartlab {

struct EnhancementOptions {
  double deviations = 5;        // above the remote muscle's mean
  std::string remote = "auto";  // "auto", a segment's number, or "FROM-TO" in degrees
};

// One slice of a late enhancement stack. Masks of the image's size.
struct EnhancedSlice {
  int slice = 0, image = 0;  // index of the image in the stack
  double remote_mean = 0, remote_deviation = 0;
  std::string remote;  // where: "degrees 110 to 170"
  Mask judged;         // pixels that lie in the muscle whole
  Mask by_deviations, by_half_maximum;
  double height = 0;  // of its disc, millimetres; 1 where one slice alone has none
};

struct Enhancement {
  std::string refused;  // why there is none; empty where there is some
  std::vector<std::string> remarks;
  std::vector<EnhancedSlice> slices;
  double half_maximum = 0;  // the threshold; 0 = nothing is enhanced
  // Per cent of the muscle, and grams of it where its mass is known.
  Measured deviations_percent, deviations_mass, half_maximum_percent, half_maximum_mass;
  // Per cent by half maximum; nothing where there are no segments.
  std::array<std::optional<double>, kSegments> by_segment;
};

// The enhanced share of the muscle between both borders at end diastole, by two thresholds:
// - `deviations` standard deviations above the mean of a remote region, slice by slice, on pixels
//   that lie in the muscle whole, as blood that a border pixel shares would pass this threshold.
//   Remote are the pixels of a segment, of a range of degrees around the cavity's centre of gravity
//   (in the image, from the x towards the y axis), or ("auto") of that 60 degrees wide sector, of
//   all in steps of 10, whose mean is the lowest;
// - half of the maximum (full width at half maximum; Amado et al., JACC 2004; 44:2383): half of the
//   value below which 95 % of the pixels lie that the first threshold takes, over the whole stack;
//   on pixels that lie in the muscle by half or more, each by its share in it. The method is
//   defined for muscle that was seen to be enhanced: where half of the maximum does not lie above
//   the first threshold on every slice there is no such share, with the reason.
// `values`: the grey values of the image with this index, as the scanner means them. An Error
// (kUsage) where `remote` is none of these.
Enhancement enhancement_of(const std::vector<StackImage>& images, const StackLayout& layout,
                           const Volumes& volumes, const SegmentOptions& segments,
                           const EnhancementOptions& options,
                           const std::function<Image(int)>& values);

}  // namespace heartlab
