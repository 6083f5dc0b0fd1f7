#include "heartlab/segment/segmenter.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "heartlab/core/error.h"
#include "heartlab/core/finite.h"
#include "heartlab/image/square_map.h"
#include "heartlab/segment/focus.h"

namespace heartlab {
namespace {

using Json = nlohmann::ordered_json;

constexpr float kSurelyBackground = -30;  // logit of class 0 beyond the network's square

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

// Adds planes to a sum that is empty at first.
void add(Logits planes, Logits& sum) {
  if (sum.empty()) {
    sum = std::move(planes);
    return;
  }
  for (std::size_t k = 0; k < sum.size(); ++k) {
    std::ranges::transform(sum[k].pixels, planes[k].pixels, sum[k].pixels.begin(), std::plus<>());
  }
}

Logits mean_of(Logits sum, std::size_t count) {
  if (count == 1) return sum;
  const auto share = 1.0F / static_cast<float>(count);
  for (auto& plane : sum) {
    for (auto& value : plane.pixels) value *= share;
  }
  return sum;
}

// What two networks must share to answer for one another: all but the numbers that each learned
// from its own training images.
std::string shared_part_of(Preparation preparation) {
  preparation.mean = 0;
  preparation.deviation = 1;
  preparation.landmarks.clear();
  return preparation.to_json().dump();
}

void check_alike(const ModelDescription& one, const ModelDescription& other, const Path& file) {
  const auto check = [&](const char* what, const std::string& expected, const std::string& found) {
    if (expected == found) return;
    fail(ErrorKind::kUsage, "{}: expected the {} of the first model, {}, found {}", file.string(),
         what, expected, found);
  };
  check("target", one.target, other.target);
  check("number of classes", std::to_string(one.network.classes),
        std::to_string(other.network.classes));
  check("preparation", shared_part_of(one.preparation), shared_part_of(other.preparation));
}

// The first condition that is another one than the confidence was fitted with: "views 8, not 1".
// What its report does not say was as the model file says.
std::string other_condition(const Confidence& confidence, const Json& defaults, const Json& now) {
  for (const auto& [key, value] : now.items()) {
    const Json& report = confidence.report;
    const bool told = report.is_object() && report.contains(key);
    const Json& fitted = told ? report[key] : defaults[key];
    if (fitted != value) return fmt::format("{} {}, not {}", key, fitted.dump(), value.dump());
  }
  return "";
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

// `pixel`: of the network's square, in the image's pixels.
std::optional<MaskEvidence> evidence_of(const Segmentation& segmentation, PixelSpacing pixel) {
  double inside = 0, everywhere = 0;
  const Mask& mask = segmentation.mask;
  for (std::size_t i = 0; i < mask.pixels.size(); ++i) {
    const double share{segmentation.probability.pixels[i]};
    everywhere += share;
    if (mask.pixels[i] != 0) inside += share;
  }
  const auto pixels = static_cast<double>(count_set(mask));
  if (pixels == 0) return {};
  return MaskEvidence{2 * inside / (pixels + everywhere), pixels / (pixel.row * pixel.column)};
}

}  // namespace

std::vector<int> first_sides(const ModelDescription& model, const EngineOptions& options) {
  const int side = model.preparation.size;
  if (options.scales.empty()) return {side};
  std::vector<int> sides;
  for (const double scale : options.scales) {
    sides.push_back(std::max(1, static_cast<int>(std::lround(scale * side))));
  }
  return sides;
}

int second_side(int first, double focus) {
  return std::max(1, static_cast<int>(std::lround(focus * first)));
}

std::vector<int> input_sides(const ModelDescription& model, const EngineOptions& options) {
  std::vector<int> sides = first_sides(model, options);
  if (options.focus == 0) return sides;
  const std::size_t firsts = sides.size();
  for (std::size_t i = 0; i < firsts; ++i) sides.push_back(second_side(sides[i], options.focus));
  return sides;
}

Json conditions_of(int views, const EngineOptions& options) {
  const bool once = options.scales == std::vector<double>{1};
  return {{"views", views},
          {"scales", once ? std::vector<double>{} : options.scales},
          {"focus", options.focus},
          {"clean_up", options.clean_up.to_json()}};
}

Segmenter::Segmenter(const ModelFile& model, std::unique_ptr<Engine> engine,
                     const EngineOptions& options)
    : description_(model.description()),
      sides_(first_sides(description_, options)),
      focus_(options.focus),
      clean_up_(options.clean_up) {
  const int own_views = description_.views;
  if (options.views != 0) description_.views = options.views;
  members_.push_back({model.path(), description_.preparation, std::move(engine)});
  check_views(description_.views, options.views != 0 ? "views" : model.path().string());
  check_clean_up(clean_up_, description_.target);
  if (!description_.confidence) return;
  const std::string other = other_condition(*description_.confidence, conditions_of(own_views, {}),
                                            conditions_of(description_.views, options));
  if (other.empty()) return;
  left_out_ = fmt::format(
      "{}: its confidence is of masks with {}, and is left out; heartlab "
      "calibrate with the same options gives the model one",
      model.path().string(), other);
  description_.confidence.reset();
}

void Segmenter::join(const ModelFile& other, std::unique_ptr<Engine> engine) {
  const ModelDescription& added = other.description();
  check_alike(description_, added, other.path());
  members_.push_back({other.path(), added.preparation, std::move(engine)});
  const auto own = description_.patients_trained_on(), others = added.patients_trained_on();
  if (description_.confidence) {
    left_out_ = "the confidence of one model is not that of several, and is left out";
    description_.confidence.reset();
  }
  if (!own || !others) {
    description_.training = nlohmann::ordered_json();
    return;
  }
  std::set<std::string> both = *own;
  both.insert(others->begin(), others->end());
  description_.training["init"]["patients"] = both;
}

std::string Segmenter::engine_description() const {
  const std::string first = members_.front().engine->description();
  return members_.size() == 1 ? first
                              : fmt::format("mean of {} networks, {}", members_.size(), first);
}

Logits Segmenter::logits_of(const GreyImage& image, PixelSpacing spacing,
                            const Standardisations& standardisations) const {
  Logits sum;
  for (const int side : sides_) {
    const Preparation preparation = description_.preparation.at_side(side);
    const SquareMap map = preparation.map(image.rows, image.columns, spacing);
    const GreyImage square = preparation.to_square(image, spacing);
    Logits planes = logits_of_square(square, standardisations);
    if (focus_ > 0) {
      if (const auto window = window_around(planes, second_side(side, focus_))) {
        paste(logits_of_square(cut_out(square, *window), standardisations), *window, planes);
      }
    }
    for (std::size_t k = 0; k < planes.size(); ++k) {
      planes[k] = map.to_source(planes[k], k == 0 ? kSurelyBackground : 0);
    }
    add(std::move(planes), sum);
  }
  return mean_of(std::move(sum), sides_.size());
}

Logits Segmenter::logits_of_square(const GreyImage& square,
                                   const Standardisations& standardisations) const {
  const int side = square.rows;
  if (description_.views == 1) return logits_of_view(square, standardisations);
  const auto share = 1.0F / static_cast<float>(description_.views);
  Logits mean(description_.class_names.size(), Image(side, side));
  for (int view = 0; view < description_.views; ++view) {
    GreyImage seen(side, side);
    for (int row = 0; row < side; ++row) {
      for (int column = 0; column < side; ++column) {
        seen.at(row, column) = square.pixels[place_in_square(view, row, column, side)];
      }
    }
    const Logits planes = logits_of_view(seen, standardisations);
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

Logits Segmenter::logits_of_view(const GreyImage& view,
                                 const Standardisations& standardisations) const {
  Logits sum;
  for (std::size_t i = 0; i < members_.size(); ++i) {
    Logits planes = members_[i].engine->run(standardisations[i].apply(view), view.rows);
    for (const auto& plane : planes) {
      if (all_sane(plane.pixels)) continue;
      fail(ErrorKind::kBadInput,
           "{}: the network gives a score that is no number, or far too large: the file is damaged",
           members_[i].file.string());
    }
    add(std::move(planes), sum);
  }
  return mean_of(std::move(sum), members_.size());
}

ImageContext context_of(const Dataset& data, std::size_t index, const Preparation& preparation) {
  return {data.square_spacing(index), data.values(index, preparation)};
}

bool is_flat(const GreyImage& image) {
  return std::ranges::adjacent_find(image.pixels, std::not_equal_to<>()) == image.pixels.end();
}

Histogram Segmenter::values_of(const GreyImage& image, PixelSpacing spacing) const {
  const Preparation& preparation = description_.preparation;
  return values_on_square(preparation.to_square(image, spacing).pixels,
                          preparation.map(image.rows, image.columns, spacing));
}

Segmentation Segmenter::segment(const GreyImage& image, const ImageContext& context) const {
  if (image.empty()) fail(ErrorKind::kBadInput, "an image without pixels cannot be segmented");
  Segmentation result;
  result.mask = Mask(image.rows, image.columns);
  result.probability = Image(image.rows, image.columns);
  if (is_flat(image)) return result;  // whatever the network answers to nothing
  description_.preparation.require_spacing("an image", context.spacing);
  const Histogram values = context.values ? *context.values : values_of(image, context.spacing);
  Standardisations standardisations;
  for (const auto& member : members_) {
    standardisations.push_back(member.preparation.standardisation_of(values));
  }
  const Logits planes = logits_of(image, context.spacing, standardisations);
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    const Share share = share_of_structure(planes, i);
    result.probability.pixels[i] = share.probability;
    result.mask.pixels[i] = share.largest ? 1 : 0;
  }
  const PixelSpacing pixel =
      description_.preparation.map(image.rows, image.columns, context.spacing).source_pixels();
  const CleanUp clean_up = clean_up_.times(std::sqrt(pixel.row * pixel.column));
  if (!clean_up.crf.empty()) {
    result.probability = cleaned_probability(image, std::move(result.probability), clean_up);
    std::ranges::transform(result.probability.pixels, result.mask.pixels.begin(),
                           [](float share) { return static_cast<std::uint8_t>(share > 0.5F); });
  }
  result.mask = cleaned_mask(std::move(result.mask), description_.target, clean_up);
  result.evidence = evidence_of(result, pixel);
  if (result.evidence && description_.confidence) {
    result.confidence = description_.confidence->expected_dice(*result.evidence);
  }
  return result;
}

}  // namespace heartlab
