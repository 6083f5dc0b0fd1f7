#include "heartlab/measure/enhancement.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numbers>

#include "heartlab/core/error.h"
#include "heartlab/metrics/interval.h"

namespace heartlab {
namespace {

using std::numbers::pi;

constexpr double kInside = 0.5;               // of a pixel
constexpr int kFine = 3;                      // samples a pixel, each way
constexpr int kSectorWidth = 60, kStep = 10;  // degrees
constexpr std::size_t kFewest = 20;           // pixels of a remote region

// What is remote: a segment, or a range of degrees; neither = found.
struct Remote {
  int segment = 0;
  std::optional<std::pair<double, double>> degrees;
};

std::optional<double> number_in(const std::string& text) {
  double value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Remote parse_remote(const std::string& text) {
  Remote remote;
  if (text == "auto") return remote;
  const auto dash = text.find('-');
  if (dash != std::string::npos) {
    const auto from = number_in(text.substr(0, dash)), to = number_in(text.substr(dash + 1));
    if (from && to && *from <= 360 && *to <= 360) {
      remote.degrees = std::pair(*from, *to);
      return remote;
    }
  } else if (const auto number = number_in(text);
             number && *number >= 1 && *number <= kSegments && *number == std::floor(*number)) {
    remote.segment = static_cast<int>(*number);
    return remote;
  }
  fail(ErrorKind::kUsage,
       "--remote: expected auto, a segment from 1 to {}, or degrees like 200-260, found '{}'",
       kSegments, text);
}

// Whether the angle lies in the range, which may run over 360; one from 0 to 360 is all around.
bool within(double degrees, double from, double to) {
  if (std::abs(to - from) >= 360) return true;
  const double way = degrees - from - 360 * std::floor((degrees - from) / 360);
  const double width = to - from - 360 * std::floor((to - from) / 360);
  return way <= width;
}

Contour enlarged(Contour contour) {
  for (auto& [x, y] : contour.points) {
    x = (x + 0.5) * kFine - 0.5;
    y = (y + 0.5) * kFine - 0.5;
  }
  return contour;
}

// How much of each pixel lies between both borders.
Image coverage_of(const LeftOutlines& drawn, int rows, int columns) {
  const Mask outer = rasterise(enlarged(drawn.epicardium.contour), rows * kFine, columns * kFine);
  const Mask inner = rasterise(enlarged(drawn.endocardium.contour), rows * kFine, columns * kFine);
  Image share(rows, columns);
  for (int y = 0; y < outer.rows; ++y) {
    for (int x = 0; x < outer.columns; ++x) {
      if (outer.at(y, x) == 0 || inner.at(y, x) != 0) continue;
      share.at(y / kFine, x / kFine) += 1.0F / (kFine * kFine);
    }
  }
  return share;
}

// A pixel that lies in the muscle by half or more, with its direction from the cavity's centre.
struct Pixel {
  std::size_t index = 0;
  double value = 0, degrees = 0;
  int segment = 0;
  double share = 1;  // that lies in the muscle
  bool is_whole() const { return share > 0.999; }
};

struct Spread {
  double mean = 0, deviation = 0;
  std::size_t count = 0;
};

template <typename Choice>
Spread spread_of(const std::vector<Pixel>& pixels, Choice chosen) {
  Spread spread;
  double sum = 0, squares = 0;
  for (const auto& pixel : pixels) {
    if (!pixel.is_whole() || !chosen(pixel)) continue;
    sum += pixel.value;
    squares += pixel.value * pixel.value;
    ++spread.count;
  }
  if (spread.count < 2) return spread;
  const auto count = static_cast<double>(spread.count);
  spread.mean = sum / count;
  spread.deviation = std::sqrt(std::max(0.0, (squares - sum * spread.mean) / (count - 1)));
  return spread;
}

class Judge {
 public:
  Judge(const std::vector<StackImage>& images, const StackLayout& layout, const Volumes& volumes,
        const SegmentOptions& segments, const EnhancementOptions& options,
        const std::function<Image(int)>& values)
      : images_(images),
        layout_(layout),
        volumes_(volumes),
        map_(images, layout, volumes, segments),
        options_(options),
        remote_(parse_remote(options.remote)),
        values_(values) {}

  Enhancement judge() {
    result_.refused =
        layout_.refused.empty() && volumes_.end_diastole >= 0 ? "" : volumes_.end_diastolic.refused;
    if (result_.refused.empty() && remote_.segment > 0) result_.refused = map_.refused();
    if (!result_.refused.empty()) return refuse();
    for (int s = 0; s < layout_.slices(); ++s) add_slice(s);
    find_remote();
    if (result_.slices.empty()) {
      result_.refused = "no slice has both borders and a remote region at end diastole";
      return refuse();
    }
    apply_thresholds();
    return std::move(result_);
  }

 private:
  Enhancement refuse() {
    for (Measured* one : {&result_.deviations_percent, &result_.deviations_mass,
                          &result_.half_maximum_percent, &result_.half_maximum_mass}) {
      one->refused = result_.refused;
    }
    return std::move(result_);
  }

  void add_slice(int s) {
    const int index =
        layout_
            .images[static_cast<std::size_t>(s)][static_cast<std::size_t>(volumes_.end_diastole)];
    if (index < 0) return;
    const StackImage& image = images_[static_cast<std::size_t>(index)];
    if (image.drawn.endocardium.empty() || image.drawn.epicardium.empty()) return;
    const Image values = values_(index);
    EnhancedSlice slice;
    slice.slice = s;
    slice.image = index;
    const Image coverage = coverage_of(image.drawn, values.rows, values.columns);
    slice.judged = Mask(values.rows, values.columns);
    const PixelSpacing spacing = image.geometry.spacing;
    const Point centre = centre_of(in_millimetres(image.drawn.endocardium.contour, spacing));
    std::vector<Pixel> pixels;
    for (int row = 0; row < values.rows; ++row) {
      for (int column = 0; column < values.columns; ++column) {
        const auto share = double(coverage.at(row, column));
        if (share < kInside) continue;
        slice.judged.at(row, column) = 1;
        const double angle =
            std::atan2(row * spacing.row - centre.y, column * spacing.column - centre.x);
        const int segment = map_.refused().empty() ? map_.segment_at(s, centre, angle) : 0;
        pixels.push_back({static_cast<std::size_t>(row) * static_cast<std::size_t>(values.columns) +
                              static_cast<std::size_t>(column),
                          double(values.at(row, column)), angle * 180 / pi, segment, share});
      }
    }
    result_.slices.push_back(std::move(slice));
    pixels_.push_back(std::move(pixels));
  }

  // The remote region of one slice, and its words.
  std::pair<Spread, std::string> remote_of(const std::vector<Pixel>& pixels) const {
    if (remote_.segment > 0) {
      return {spread_of(pixels, [&](const Pixel& p) { return p.segment == remote_.segment; }),
              fmt::format("segment {}", remote_.segment)};
    }
    const auto range = [&](double from, double to) {
      return spread_of(pixels, [&](const Pixel& p) { return within(p.degrees, from, to); });
    };
    if (remote_.degrees) {
      const auto [from, to] = *remote_.degrees;
      return {range(from, to), fmt::format("degrees {:g} to {:g}", from, to)};
    }
    std::pair<Spread, std::string> lowest;
    for (int from = 0; from < 360; from += kStep) {
      const Spread found = range(from, from + kSectorWidth);
      if (found.count < kFewest) continue;
      if (lowest.first.count > 0 && found.mean >= lowest.first.mean) continue;
      lowest = {found, fmt::format("degrees {} to {}, the lowest mean", from, from + kSectorWidth)};
    }
    return lowest;
  }

  // Slices that have no remote region of their own take the mean of the others'.
  void find_remote() {
    double mean = 0, deviation = 0;
    std::vector<std::size_t> without;
    for (std::size_t k = 0; k < result_.slices.size(); ++k) {
      const auto [spread, words] = remote_of(pixels_[k]);
      EnhancedSlice& slice = result_.slices[k];
      if (spread.count < kFewest) {
        without.push_back(k);
        continue;
      }
      slice.remote_mean = spread.mean;
      slice.remote_deviation = spread.deviation;
      slice.remote = words;
      mean += spread.mean;
      deviation += spread.deviation;
    }
    const auto with = static_cast<double>(result_.slices.size() - without.size());
    if (with == 0) {
      result_.slices.clear();
      return;
    }
    for (const std::size_t k : without) {
      EnhancedSlice& slice = result_.slices[k];
      slice.remote_mean = mean / with;
      slice.remote_deviation = deviation / with;
      slice.remote = "the mean of the other slices";
      result_.remarks.push_back(
          fmt::format("slice {} has fewer than {} remote pixels: {} stands in", slice.slice + 1,
                      kFewest, slice.remote));
    }
  }

  double threshold_of(const EnhancedSlice& slice) const {
    return slice.remote_mean + options_.deviations * slice.remote_deviation;
  }

  void take_heights() {
    std::vector<std::size_t> drawn;
    for (const auto& slice : result_.slices) drawn.push_back(static_cast<std::size_t>(slice.slice));
    const auto heights = disc_heights(layout_, drawn);
    for (std::size_t k = 0; k < heights.size(); ++k) {
      // A share needs no height: one slice alone, which has none, counts as any other.
      result_.slices[k].height = layout_.spacing > 0 ? heights[k] : 1;
    }
  }

  void apply_thresholds() {
    take_heights();
    std::vector<double> bright;
    for (std::size_t k = 0; k < result_.slices.size(); ++k) {
      EnhancedSlice& slice = result_.slices[k];
      slice.by_deviations = slice.by_half_maximum = Mask(slice.judged.rows, slice.judged.columns);
      for (const auto& pixel : pixels_[k]) {
        if (pixel.value <= threshold_of(slice) || !pixel.is_whole()) continue;
        slice.by_deviations.pixels[pixel.index] = 1;
        bright.push_back(pixel.value);
      }
    }
    if (!bright.empty()) {
      result_.half_maximum = quantile(bright, 0.95) / 2;
      check_half_maximum();
    }
    const bool refused = !result_.half_maximum_percent.refused.empty();
    for (std::size_t k = 0; k < result_.slices.size() && !refused; ++k) {
      for (const auto& pixel : pixels_[k]) {
        const bool enhanced = result_.half_maximum > 0 && pixel.value >= result_.half_maximum;
        if (enhanced) result_.slices[k].by_half_maximum.pixels[pixel.index] = 1;
      }
    }
    add_up();
    name_remote();
  }

  void name_remote() {
    std::vector<std::string> places;
    for (const auto& slice : result_.slices) {
      places.push_back(fmt::format("slice {}: {}", slice.slice + 1, slice.remote));
    }
    result_.remarks.push_back(
        fmt::format("enhanced by deviations is what lies more than {:g} standard deviations above "
                    "the mean of the remote muscle ({})",
                    options_.deviations, fmt::join(places, "; ")));
  }

  // Half of a maximum that is no scar's, but a few brighter pixels', lies within remote muscle.
  void check_half_maximum() {
    const auto& highest = *std::ranges::max_element(
        result_.slices, {}, [&](const EnhancedSlice& slice) { return threshold_of(slice); });
    if (result_.half_maximum > threshold_of(highest)) return;
    result_.half_maximum_percent.refused = result_.half_maximum_mass.refused = fmt::format(
        "half of the maximum ({:g}) does not lie above the remote muscle of slice {} ({:g} + {:g} "
        "x "
        "{:g}): what is brighter is no scar that stands out",
        rounded(result_.half_maximum), highest.slice + 1, rounded(highest.remote_mean),
        options_.deviations, rounded(highest.remote_deviation));
  }

  void add_up() {
    double whole = 0, deviations = 0, all = 0, half = 0;
    std::array<double, kSegments> of_segment{}, enhanced{};
    for (std::size_t k = 0; k < result_.slices.size(); ++k) {
      const EnhancedSlice& slice = result_.slices[k];
      for (const auto& pixel : pixels_[k]) {
        const double size = slice.height * pixel.share;
        const bool bright = slice.by_half_maximum.pixels[pixel.index] != 0;
        whole += pixel.is_whole() ? size : 0;
        deviations += slice.by_deviations.pixels[pixel.index] != 0 ? size : 0;
        all += size;
        half += bright ? size : 0;
        if (pixel.segment == 0) continue;
        const auto i = static_cast<std::size_t>(pixel.segment) - 1;
        of_segment[i] += size;
        enhanced[i] += bright ? size : 0;
      }
    }
    for (std::size_t i = 0; i < kSegments; ++i) {
      const bool known = of_segment[i] > 0 && result_.half_maximum_percent.refused.empty();
      if (known) result_.by_segment[i] = 100 * enhanced[i] / of_segment[i];
    }
    const auto put = [&](double sum, double of, Measured& percent, Measured& mass) {
      if (!percent.refused.empty()) return;
      if (of <= 0) {
        percent.refused = mass.refused = "no pixel lies in the muscle whole";
        return;
      }
      percent.value = 100 * sum / of;
      if (volumes_.mass.value) {
        mass.value = sum / of * *volumes_.mass.value;
      } else {
        mass.refused = volumes_.mass.refused;
      }
    };
    put(deviations, whole, result_.deviations_percent, result_.deviations_mass);
    put(half, all, result_.half_maximum_percent, result_.half_maximum_mass);
  }

  const std::vector<StackImage>& images_;
  const StackLayout& layout_;
  const Volumes& volumes_;
  SegmentMap map_;
  const EnhancementOptions& options_;
  Remote remote_;
  const std::function<Image(int)>& values_;
  std::vector<std::vector<Pixel>> pixels_;  // of each slice of the result
  Enhancement result_;
};

}  // namespace

Enhancement enhancement_of(const std::vector<StackImage>& images, const StackLayout& layout,
                           const Volumes& volumes, const SegmentOptions& segments,
                           const EnhancementOptions& options,
                           const std::function<Image(int)>& values) {
  return Judge(images, layout, volumes, segments, options, values).judge();
}

}  // namespace heartlab
