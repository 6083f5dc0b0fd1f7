#include "heartlab/train/class_weighting.h"

#include "heartlab/core/error.h"
#include "heartlab/core/log.h"

namespace heartlab {

TrainOptions with_class_weights(const TrainOptions& options, const Dataset& data) {
  TrainOptions result = options;
  if (options.class_weighting == "given") return result;
  std::vector<double> pixels(static_cast<std::size_t>(options.network.classes));
  for (const auto index : data.subset("train")) {
    if (data.samples()[index].partial) continue;
    for (const std::uint8_t value : data.label(index)) {
      if (value != kIgnoredClass) ++pixels[value];
    }
  }
  double sum = 0;
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    if (pixels[i] == 0) {
      fail(ErrorKind::kBadInput,
           "{}: class_weighting inverse: the training side has no pixel of class {}",
           data.path().string(), i);
    }
    sum += 1 / pixels[i];
  }
  for (std::size_t i = 0; i < pixels.size(); ++i) result.class_weights[i] = 1 / pixels[i] / sum;
  info("class weights from the training side: {:.4f}", fmt::join(result.class_weights, ", "));
  return result;
}

}  // namespace heartlab
