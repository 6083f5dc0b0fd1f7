#pragma once

#include <vector>

#include "heartlab/image/raster.h"

namespace heartlab {

// Two Gaussian kernels: of pixels that are near and of like grey value (appearance), and of pixels
// that are near (smoothness).
struct CrfOptions {
  double appearance = 0;         // weight
  double appearance_pixels = 1;  // standard deviation along rows and columns
  double appearance_grey = 1;    // standard deviation of the grey value, 0 to 255
  double smoothness = 0;         // weight
  double smoothness_pixels = 1;  // standard deviation
};

// Sums over all pixels j of exp(-|p_i - p_j|^2 / 2 s^2 - (I_i - I_j)^2 / 2 g^2) value_j, by a
// bilateral grid (Chen, Paris and Durand, ACM TOG 26:103, 2007): values go to the eight cells
// around them, the grid is blurred along each axis, and the sums are read the same way back.
class BilateralKernel {
 public:
  // `grey_deviation` 0: the grey value counts nothing. An Error (kUsage) where the grid would take
  // too much memory.
  BilateralKernel(const GreyImage& image, double pixel_deviation, double grey_deviation);
  Image apply(const Image& values) const;

 private:
  struct Axis {
    double cell = 1;  // its length
    int cells = 1;
    std::vector<float> taps;  // of the blur, from the middle outwards
  };
  static Axis make_axis(double length, double deviation);
  void blur(std::vector<float>& grid, std::size_t stride, const Axis& axis) const;
  template <typename Visit>
  void around(int row, int column, const Visit& visit) const;

  const GreyImage& image_;
  Axis rows_, columns_, greys_;
  bool uses_grey_;
};

// The probability of the structure after `iterations` of mean field in a fully connected CRF with
// Potts labels (Krahenbuhl and Koltun, NIPS 2011, algorithm 1), its kernels normalised
// symmetrically. `probability`: 0 to 1, of the image's size.
Image dense_crf(const GreyImage& image, const Image& probability, const CrfOptions& options,
                int iterations = 5);

}  // namespace heartlab
