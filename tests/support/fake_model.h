#pragma once

#include <memory>
#include <string>
#include <vector>

#include "heartlab/core/files.h"
#include "heartlab/prepare/dataset.h"
#include "heartlab/segment/segmenter.h"

namespace heartlab::testing {

// Says "structure" where the standardised input is above a threshold.
class ThresholdEngine : public Engine {
 public:
  explicit ThresholdEngine(float threshold) : threshold_(threshold) {}
  Logits run(const std::vector<float>& input, int side) override;
  std::string description() const override { return "threshold"; }

 private:
  float threshold_;
};

// Writes a model file of this target with preparation mean 0 and side `size`, without weights of
// use.
Path write_model(const Path& file, const std::string& target, int size);

// That model with a ThresholdEngine.
Segmenter threshold_segmenter(const Path& folder, const std::string& target, int size,
                              float threshold = 128);

// An image with a bright disc (200 on 40) and its truth on the square.
struct Disc {
  double row = 0, column = 0, radius = 0;
};
GreyImage disc_image(int rows, int columns, const Disc& disc);

// A sample whose image shows `shown` and whose truth is `truth`; a radius of 0 shows nothing.
PackedSample disc_sample(const std::string& patient, const std::string& stem,
                         const std::string& subset, int size, const Disc& shown, const Disc& truth);

// Writes the samples as a data set.
Path write_dataset(const Path& folder, const std::string& target,
                   const std::vector<PackedSample>& samples);

}  // namespace heartlab::testing
