#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "heartlab/core/options.h"
#include "heartlab/image/raster.h"
#include "heartlab/segment/crf.h"

namespace heartlab {

// What is done to a network's answer before it becomes a mask, in this order; each is off at its
// default. Pixels are those of the network's square, whatever the image's: what was measured on a
// data set holds for the images that it was made of.
struct CleanUp {
  // Weight, pixels and grey values of the appearance kernel, weight and pixels of the smoothness
  // kernel of dense_crf(); empty = no CRF.
  std::vector<double> crf;
  double smooth = 0;     // standard deviation of a Gaussian over the mask, pixels
  bool largest = false;  // keep the largest piece alone
  bool ring = false;     // myocardium: close gaps of the ring, fill all its holes but the largest
  bool fill_holes = false;  // every hole; of the myocardium every one but its largest, the cavity

  CrfOptions crf_options() const;
  // The same in other pixels, of which one of these is `factor` long.
  CleanUp times(double factor) const;
  // Adds --crf, --smooth, --largest, --ring and --fill-holes.
  void add_to(OptionTable& table);
  // Those that are on.
  nlohmann::ordered_json to_json() const;
};

// An Error (kUsage) where the options do not go together or not with the target.
void check_clean_up(const CleanUp& options, const std::string& target);

// The probability after the CRF, or as it was.
Image cleaned_probability(const GreyImage& image, Image probability, const CleanUp& options);
Mask cleaned_mask(Mask mask, const std::string& target, const CleanUp& options);

}  // namespace heartlab
