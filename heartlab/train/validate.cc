#include "heartlab/train/validate.h"

#include <cmath>

#include "heartlab/nn/compat.h"

namespace heartlab {
namespace {

torch::Tensor predict(Network& network, const Dataset& data, std::size_t index,
                      const torch::Device& device, bool bfloat16) {
  const int side = data.side();
  auto values = data.preparation().standardised(data.image_raster(index));
  const auto x = torch::from_blob(values.data(), {1, 1, side, side})
                     .to(device)
                     .contiguous(at::MemoryFormat::ChannelsLast);
  const AutocastGuard autocast(device, bfloat16);
  const auto logits = network->forward(x);
  // A tie goes to the background, as in Segmenter.
  const auto others = std::get<0>(logits.slice(1, 1).max(1));
  return logits.select(1, 0).le(others).to(torch::kByte).to(torch::kCPU).contiguous();
}

}  // namespace

double Validation::score(const std::string& measure) const {
  double value = dice_image_mean;
  if (measure == "dice_structure") value = confusion.dice(kStructureClass);
  if (measure == "iou_structure") value = confusion.iou(kStructureClass);
  return std::isnan(value) ? 0 : value;
}

Validation validate(Network& network, const Dataset& data, const std::vector<std::size_t>& indices,
                    const torch::Device& device, bool bfloat16) {
  const torch::NoGradGuard no_gradients;
  const bool training = network->is_training();
  network->eval();
  Validation result;
  double dice_sum = 0;
  for (const auto index : indices) {
    const auto prediction = predict(network, data, index, device, bfloat16);
    Confusion image(2);
    image.add(data.label(index), {prediction.data_ptr<std::uint8_t>(), data.label(index).size()});
    const auto truth = image.at(0, 0) + image.at(0, 1);
    const auto found = image.at(0, 0) + image.at(1, 0);
    if (truth > 0 && found == 0) ++result.missed;
    dice_sum += truth + found == 0 ? 1.0 : image.dice(kStructureClass);
    result.confusion.add(image);
    ++result.images;
  }
  result.dice_image_mean = dice_sum / result.images;
  network->train(training);
  return result;
}

}  // namespace heartlab
