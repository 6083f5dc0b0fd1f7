#include "heartlab/segment/segmenter.h"

#include <algorithm>
#include <cmath>

#include "heartlab/core/error.h"
#include "heartlab/image/square_map.h"

namespace heartlab {
namespace {

// The share of class 0 in the softmax over all planes at one pixel, and whether it is the largest.
struct Share {
  float probability;
  bool largest;
};

Share share_of_structure(const Logits& planes, std::size_t pixel) {
  const float first = planes[0].pixels[pixel];
  float sum = 1.0F;
  bool largest = true;
  for (std::size_t k = 1; k < planes.size(); ++k) {
    sum += std::exp(planes[k].pixels[pixel] - first);
    largest = largest && first > planes[k].pixels[pixel];
  }
  return {1.0F / sum, largest};
}

}  // namespace

Segmenter::Segmenter(const ModelFile& model, std::unique_ptr<Engine> engine)
    : description_(model.description()), engine_(std::move(engine)) {}

Segmentation Segmenter::segment(const GreyImage& image) {
  if (image.empty()) fail(ErrorKind::kBadInput, "an image without pixels cannot be segmented");
  const Preparation& preparation = description_.preparation;
  const SquareMap map(image.rows, image.columns, preparation.size);
  const GreyImage square = preparation.to_square(image);
  Logits planes = engine_->run(preparation.standardised(square), preparation.size);
  for (auto& plane : planes) plane = map.to_source(plane);

  Segmentation result;
  result.mask = Mask(image.rows, image.columns);
  result.probability = Image(image.rows, image.columns);
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    const Share share = share_of_structure(planes, i);
    result.probability.pixels[i] = share.probability;
    result.mask.pixels[i] = share.largest ? 1 : 0;
  }
  return result;
}

}  // namespace heartlab
