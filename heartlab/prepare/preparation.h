#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "heartlab/image/raster.h"
#include "heartlab/image/square_map.h"
#include "heartlab/prepare/standardisation.h"

namespace heartlab {

class OptionTable;

inline constexpr int kLargestSquare = 4096;
inline constexpr double kFinestSpacing = 0.01, kCoarsestSpacing = 100;  // of the square, mm

// Whether the square's pixels may have this spacing; 0 = the whole image fits in.
constexpr bool is_square_spacing(double spacing) {
  return spacing == 0 || (spacing >= kFinestSpacing && spacing <= kCoarsestSpacing);
}

// What is done to an image before a network sees it. The one piece of code that both halves call;
// stored in the model file, so that a network is given what it was trained on.
struct Preparation {
  // Millimetres of a pixel of the square; 0 = the whole image fits in, whatever its own are.
  double spacing = 0;
  int size = 513;  // side of the square, pixels
  // To 8 bits: "minmax" (the image's own), "robust" (its percentiles 0.5 and 99.5) or "window"
  // (DICOM).
  std::string intensity = "minmax";
  bool n4 = false;   // bias_corrected() before the 8 bits
  double clahe = 0;  // clip limit of equalised(), taken on the 8-bit image; 0 = not done
  // "dataset": value - mean; "image": zero mean, unit variance; "patient": the same by all images
  // of a patient that are at hand; "nyul": to the standard scale, then by mean and deviation of the
  // training images on it.
  std::string standardise = "dataset";
  double mean = 0;                // of the training images, 0..255
  double deviation = 1;           // nyul: likewise
  std::vector<double> landmarks;  // nyul: the standard scale

  nlohmann::ordered_json to_json() const;
  static Preparation from_json(const nlohmann::ordered_json& json, const std::string& where);

  // Values to 8 bits as `n4`, `intensity` and `clahe` say: by the window (PS3.3 C.11.2.1.2.1,
  // linear; width 0 = the file has none), else by the image's own minimum and maximum. All values
  // must be finite.
  GreyImage eight_bits(const Image& values, double window_centre = 0,
                       double window_width = 0) const;
  // Between an image of this size and spacing and the square.
  SquareMap map(int rows, int columns, PixelSpacing own) const;
  // An Error (kBadInput) that names the file where `spacing` is asked for and its own is unknown.
  void require_spacing(const std::string& file, PixelSpacing own) const;
  // The same in a square of another side, which shows as much.
  Preparation at_side(int side) const;
  // An 8-bit image of any size on the square, still 0..255; what is padded is 0.
  GreyImage to_square(const GreyImage& image, PixelSpacing own) const;
  // What the values of an image on the square ask for; of "patient", those of all his images on it.
  Standardisation standardisation_of(const Histogram& values) const;
  // nyul: takes the standard scale, mean and deviation from the training images' values.
  void learn(const std::vector<Histogram>& training_images);
  // The network's input for a square of any side, by its own values: float, row by row.
  std::vector<float> standardised(const GreyImage& square) const;
};

// The grey values of an image on its square; what is padded says nothing of it and is left out.
Histogram values_on_square(std::span<const std::uint8_t> square, const SquareMap& map);

}  // namespace heartlab
