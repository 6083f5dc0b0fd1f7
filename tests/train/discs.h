#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "heartlab/core/random.h"
#include "heartlab/prepare/dataset.h"

namespace heartlab::testing {

// A data set anybody can learn: bright discs on a dark ground, `patients` x 2 images of side 32.
// Patient 0 is for validation where `validation` is true; the labels of patient `partial` are
// partial ones.
inline Path write_discs(const Path& folder, int patients, bool validation, int partial = -1) {
  constexpr int kSide = 32;
  Preparation preparation;
  preparation.size = kSide;
  preparation.standardise = "image";
  Generator generator(5);
  std::vector<PackedSample> samples;
  for (int i = 0; i < 2 * patients; ++i) {
    PackedSample packed;
    packed.sample.patient = "P" + std::to_string(i / 2);
    packed.sample.stem = std::to_string(i % 2);
    packed.sample.source = packed.sample.patient + "/" + packed.sample.stem + ".png";
    packed.sample.partial = i / 2 == partial;
    packed.sample.subset = validation && i < 2 ? "validation" : "train";
    packed.sample.rows = packed.sample.columns = kSide;
    packed.image = GreyImage(kSide, kSide);
    packed.label = Raster<std::uint8_t>(kSide, kSide, kBackgroundClass);
    const double x = generator.uniform(11, 21), y = generator.uniform(11, 21);
    for (int row = 0; row < kSide; ++row) {
      for (int column = 0; column < kSide; ++column) {
        const bool inside = std::hypot(row - y, column - x) < 7;
        const double grey = (inside ? 180 : 60) + 12 * generator.normal();
        packed.image.at(row, column) = static_cast<std::uint8_t>(grey);
        if (inside) packed.label.at(row, column) = kStructureClass;
      }
    }
    samples.push_back(std::move(packed));
  }
  const Path file = folder / "dataset.safetensors";
  write_packed(file, "cavity", preparation, samples);
  return file;
}

}  // namespace heartlab::testing
