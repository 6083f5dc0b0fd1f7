#include "heartlab/segment/onednn/calibrate.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "heartlab/core/interrupt.h"
#include "heartlab/core/progress.h"
#include "heartlab/core/threads.h"
#include "heartlab/segment/onednn/deeplab.h"

namespace heartlab::onednn {
namespace {

// The value below which this share of the absolute values lies.
float quantile_of(std::span<const float> values, double share) {
  std::vector<float> sizes(values.begin(), values.end());
  for (float& size : sizes) size = std::abs(size);
  const auto last = static_cast<double>(sizes.size() - 1);
  const auto place = sizes.begin() + static_cast<std::ptrdiff_t>(share * last);
  std::ranges::nth_element(sizes, place);
  return *place;
}

bool has_negative(std::span<const float> values) {
  return std::ranges::any_of(values, [](float value) { return value < 0; });
}

}  // namespace

std::map<std::string, Quantisation::Range> calibrate(const ModelFile& model,
                                                     const std::vector<std::vector<float>>& inputs,
                                                     double quantile) {
  const int side = model.description().preparation.size;
  const DeepLab network(model.description().network, model.weights(),
                        {dnnl::memory::data_type::f32, {}, available_cores()}, side, side);
  const auto workspace = network.make_workspace();
  std::map<std::string, Quantisation::Range> ranges;
  std::set<std::string> unsuited;
  const auto observe = [&](const std::string& layer, auto source, auto result) {
    if (has_negative(source)) unsuited.insert(layer);
    auto& range = ranges[layer];
    range.source = std::max<double>(range.source, quantile_of(source, quantile));
    range.result = std::max<double>(range.result, quantile_of(result, quantile));
  };
  Progress progress("calibrating", inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    stop_if_interrupted("nothing was written");
    network.logits(*workspace, inputs[i], {observe, {}});
    progress.update(i + 1);
  }
  std::erase_if(ranges, [&](const auto& item) {
    const auto& [layer, range] = item;
    return unsuited.contains(layer) || range.source <= 0 || range.result <= 0;
  });
  return ranges;
}

}  // namespace heartlab::onednn
