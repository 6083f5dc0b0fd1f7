#pragma once

#include <string>
#include <vector>

#include "heartlab/evaluate/measures.h"
#include "heartlab/image/draw.h"

namespace heartlab {

// An image worth showing, and why: "best", "median", "worst" or "missed".
struct ShownImage {
  std::string role;
  const ImageRecord* record = nullptr;
};

// The `count` best, the `count` about the median and the `count` worst images by Dice, no image
// twice, then every missed one. Missed images count among none of the first three.
std::vector<ShownImage> choose_examples(const Evaluation& evaluation, int count);

// "best-1-SC-N-02-0012.png": unlike for unlike examples and fit for any file system.
std::string file_name(const ShownImage& example, int number);

// The whole image with the outlines of truth and prediction.
ColourImage overlay_picture(const Dataset& dataset, const ImageRecord& record);

// The same as an SVG of its own, cut to the surroundings of the heart: the grey image embedded, the
// outlines as sharp lines on it.
std::string overlay_svg(const Dataset& dataset, const ImageRecord& record);

// As above for several predictions on one image, all cut alike.
std::vector<std::string> overlay_svgs(const Dataset& dataset,
                                      const std::vector<const ImageRecord*>& records);

}  // namespace heartlab
