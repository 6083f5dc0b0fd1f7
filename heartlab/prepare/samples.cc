#include "heartlab/prepare/samples.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "heartlab/core/interrupt.h"
#include "heartlab/core/progress.h"

namespace heartlab {
namespace {

PackedSample make_sample(const LabelledImage& pair, const Preparation& preparation,
                         const ClassOptions& options) {
  const SourceImage& source = *pair.image;
  PackedSample packed;
  packed.label = classes_of(pair, options);
  packed.image = preparation.to_square(source.grey, source.geometry.spacing);
  packed.sample.patient = source.patient;
  packed.sample.stem = source.stem;
  packed.sample.source = source.input.name;
  packed.sample.rows = source.grey.rows;
  packed.sample.columns = source.grey.columns;
  packed.sample.partial = pair.partial;
  packed.sample.spacing = source.geometry.spacing;
  return packed;
}

Histogram values_of(const PackedSample& packed, const Preparation& preparation) {
  const auto& [rows, columns, spacing] =
      std::tie(packed.sample.rows, packed.sample.columns, packed.sample.spacing);
  return values_on_square(packed.image.pixels, preparation.map(rows, columns, spacing));
}

// Numbers the stems of one name: 0048_s01, 0048_s02; a number that is taken is passed over.
void tell_apart(std::vector<PackedSample>& samples) {
  std::map<std::pair<std::string, std::string>, int> count;
  std::set<std::pair<std::string, std::string>> taken;
  for (const auto& [sample, image, label] : samples) {
    ++count[{sample.patient, sample.stem}];
    taken.insert({sample.patient, sample.stem});
  }
  std::map<std::pair<std::string, std::string>, int> last;
  for (auto& [sample, image, label] : samples) {
    const std::pair name{sample.patient, sample.stem};
    if (count[name] < 2) continue;
    do {
      sample.stem = fmt::format("{}_s{:02}", name.second, ++last[name]);
    } while (!taken.insert({sample.patient, sample.stem}).second);
  }
}

}  // namespace

std::vector<PackedSample> make_samples(const std::vector<LabelledImage>& pairs,
                                       const Preparation& preparation, const ClassOptions& options,
                                       SkippedFiles& skipped) {
  std::vector<PackedSample> samples;
  std::vector<Brightness> brightness;
  Progress progress("Preparing", pairs.size());
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    stop_if_interrupted("preparing images; nothing was written");
    skipped.guard([&] {
      samples.push_back(make_sample(pairs[i], preparation, options));
      brightness.push_back(pairs[i].image->brightness);
    });
    progress.update(i + 1);
  }
  const auto dark = find_dark(brightness);
  for (std::size_t i = 0; i < samples.size(); ++i) samples[i].sample.dark = dark[i];
  tell_apart(samples);
  return samples;
}

double mean_pixel(const std::vector<PackedSample>& samples) {
  const bool any = std::ranges::any_of(samples, [](const auto& packed) {
    return packed.sample.subset == "train" && !packed.sample.partial;
  });
  Histogram judged{};
  for (const auto& [sample, image, label] : samples) {
    if (sample.partial || (any && sample.subset != "train")) continue;
    add_to(judged, judged_values(image.pixels, label.pixels));
  }
  return moments_of(judged).mean;
}

std::vector<Histogram> training_values(const std::vector<PackedSample>& samples,
                                       const Preparation& preparation) {
  std::vector<Histogram> values;
  for (const bool all : {false, true}) {
    for (const auto& packed : samples) {
      if (all || packed.sample.subset == "train") {
        values.push_back(values_of(packed, preparation));
      }
    }
    if (!values.empty()) break;
  }
  return values;
}

std::vector<std::string> still_dark(const std::vector<PackedSample>& samples,
                                    const Preparation& preparation) {
  std::map<std::string, Histogram> by_patient;
  for (const auto& packed : samples) {
    add_to(by_patient[packed.sample.patient], values_of(packed, preparation));
  }
  std::vector<Brightness> seen;
  for (const auto& packed : samples) {
    const Histogram values = preparation.standardise == "patient"
                                 ? by_patient[packed.sample.patient]
                                 : values_of(packed, preparation);
    seen.push_back(brightness_of(packed.image, preparation.standardisation_of(values)));
  }
  const auto dark = find_dark(seen);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (dark[i]) names.push_back(samples[i].sample.patient + "/" + samples[i].sample.stem);
  }
  return names;
}

std::vector<double> class_frequencies(const std::vector<PackedSample>& samples) {
  std::vector<double> counts(2);
  for (const auto& packed : samples) {
    if (packed.sample.partial) continue;
    for (const std::uint8_t value : packed.label.pixels) {
      if (value <= kBackgroundClass) ++counts[value];
    }
  }
  const double whole = counts[0] + counts[1];
  for (double& count : counts) count = whole > 0 ? count / whole : 0;
  return counts;
}

}  // namespace heartlab
