#include "heartlab/segment/segmenter.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "heartlab/core/error.h"
#include "heartlab/image/regions.h"
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

// Where pixel (row, column) of a view lies in the square it shows. The bits of `view`: columns
// mirrored, rows mirrored, rows and columns exchanged.
std::size_t place_in_square(int view, int row, int column, int side) {
  if ((view & 4) != 0) std::swap(row, column);
  if ((view & 2) != 0) row = side - 1 - row;
  if ((view & 1) != 0) column = side - 1 - column;
  return static_cast<std::size_t>(row) * static_cast<std::size_t>(side) +
         static_cast<std::size_t>(column);
}

std::optional<MaskEvidence> evidence_of(const Segmentation& segmentation, int side) {
  double inside = 0, everywhere = 0;
  const Mask& mask = segmentation.mask;
  for (std::size_t i = 0; i < mask.pixels.size(); ++i) {
    const double share{segmentation.probability.pixels[i]};
    everywhere += share;
    if (mask.pixels[i] != 0) inside += share;
  }
  const auto pixels = static_cast<double>(count_set(mask));
  if (pixels == 0) return {};
  const double scale = side / static_cast<double>(std::max(mask.rows, mask.columns));
  return MaskEvidence{2 * inside / (pixels + everywhere), pixels * scale * scale};
}

}  // namespace

std::vector<int> input_sides(const ModelDescription& model, const EngineOptions& options) {
  const int side = model.preparation.size;
  if (options.scales.empty()) return {side};
  std::vector<int> sides;
  for (const double scale : options.scales) {
    sides.push_back(std::max(1, static_cast<int>(std::lround(scale * side))));
  }
  return sides;
}

Segmenter::Segmenter(const ModelFile& model, std::unique_ptr<Engine> engine,
                     const EngineOptions& options)
    : description_(model.description()),
      engine_(std::move(engine)),
      sides_(input_sides(description_, options)),
      largest_(options.largest) {
  if (options.views != 0) description_.views = options.views;
  check_views(description_.views, "--views");
}

Logits Segmenter::logits_of(const GreyImage& image) const {
  Logits sum;
  Preparation preparation = description_.preparation;
  for (const int side : sides_) {
    preparation.size = side;
    const SquareMap map(image.rows, image.columns, side);
    Logits planes = logits_of_square(preparation.to_square(image));
    for (auto& plane : planes) plane = map.to_source(plane);
    if (sum.empty()) {
      sum = std::move(planes);
    } else {
      for (std::size_t k = 0; k < sum.size(); ++k) {
        std::ranges::transform(sum[k].pixels, planes[k].pixels, sum[k].pixels.begin(),
                               std::plus<>());
      }
    }
  }
  const auto share = 1.0F / static_cast<float>(sides_.size());
  for (auto& plane : sum) {
    for (auto& value : plane.pixels) value *= share;
  }
  return sum;
}

Logits Segmenter::logits_of_square(const GreyImage& square) const {
  const Preparation& preparation = description_.preparation;
  const int side = square.rows;
  if (description_.views == 1) return engine_->run(preparation.standardised(square), side);
  const auto share = 1.0F / static_cast<float>(description_.views);
  Logits mean(description_.class_names.size(), Image(side, side));
  for (int view = 0; view < description_.views; ++view) {
    GreyImage seen(side, side);
    for (int row = 0; row < side; ++row) {
      for (int column = 0; column < side; ++column) {
        seen.at(row, column) = square.pixels[place_in_square(view, row, column, side)];
      }
    }
    const Logits planes = engine_->run(preparation.standardised(seen), side);
    mean.resize(planes.size(), Image(side, side));
    for (std::size_t k = 0; k < planes.size(); ++k) {
      for (int row = 0; row < side; ++row) {
        for (int column = 0; column < side; ++column) {
          mean[k].pixels[place_in_square(view, row, column, side)] +=
              share * planes[k].at(row, column);
        }
      }
    }
  }
  return mean;
}

bool is_flat(const GreyImage& image) {
  return std::ranges::adjacent_find(image.pixels, std::not_equal_to<>()) == image.pixels.end();
}

Segmentation Segmenter::segment(const GreyImage& image) const {
  if (image.empty()) fail(ErrorKind::kBadInput, "an image without pixels cannot be segmented");
  Segmentation result;
  result.mask = Mask(image.rows, image.columns);
  result.probability = Image(image.rows, image.columns);
  if (is_flat(image)) return result;  // whatever the network answers to nothing
  const Logits planes = logits_of(image);
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    const Share share = share_of_structure(planes, i);
    result.probability.pixels[i] = share.probability;
    result.mask.pixels[i] = share.largest ? 1 : 0;
  }
  if (largest_) result.mask = largest_component(result.mask);
  result.evidence = evidence_of(result, description_.preparation.size);
  if (result.evidence && description_.confidence) {
    result.confidence = description_.confidence->expected_dice(*result.evidence);
  }
  return result;
}

}  // namespace heartlab
