#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "heartlab/image/raster.h"
#include "heartlab/image/square_map.h"

namespace heartlab {

class OptionTable;

inline constexpr int kLargestSquare = 4096;

// What turns 8-bit values into a network's input: (value - shift) x scale.
struct Standardisation {
  double shift = 0;
  double scale = 1;
  std::vector<float> apply(const GreyImage& image) const;
};

// What is done to an image before a network sees it. The one piece of code that both halves call;
// stored in the model file, so that a network is given what it was trained on.
struct Preparation {
  int size = 513;                    // side of the square, pixels
  std::string intensity = "minmax";  // to 8 bits: "minmax" (the image's own) or "window" (DICOM)
  std::string standardise =
      "dataset";    // "dataset": value - mean; "image": zero mean, unit variance
  double mean = 0;  // mean pixel of the training images, 0..255

  nlohmann::ordered_json to_json() const;
  static Preparation from_json(const nlohmann::ordered_json& json, const std::string& where);

  // Values to 8 bits as `intensity` says: by the window (PS3.3 C.11.2.1.2.1, linear; width 0 = the
  // file has none), else by the image's own minimum and maximum. All values must be finite.
  GreyImage eight_bits(const Image& values, double window_centre = 0,
                       double window_width = 0) const;
  // An 8-bit image of any size on the square, still 0..255; what is padded is 0.
  GreyImage to_square(const GreyImage& image) const;
  // What the image's values, or the training images' mean, ask for.
  Standardisation standardisation_of(const GreyImage& square) const;
  // The network's input for a square of any side: float, row by row.
  std::vector<float> standardised(const GreyImage& square) const;
};

}  // namespace heartlab
