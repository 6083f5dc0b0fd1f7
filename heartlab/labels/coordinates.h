#pragma once

namespace heartlab {

// Of the first pixel's centre, as MATLAB and the text contours count.
constexpr double kFirstPixel = 1;
// Pixels; what is larger is no coordinate of an image.
constexpr double kLargestCoordinate = 1e6;

}  // namespace heartlab
