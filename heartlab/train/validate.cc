#include "heartlab/train/validate.h"

#include <cmath>

#include "heartlab/core/interrupt.h"
#include "heartlab/nn/compat.h"

namespace heartlab {
namespace {

torch::Tensor predict(Network& network, const Dataset& data, std::size_t index,
                      const torch::Device& device, bool bfloat16) {
  const int side = data.side();
  auto values = data.standardisation(index).apply(data.image_raster(index));
  const auto x = torch::from_blob(values.data(), {1, 1, side, side})
                     .to(device)
                     .contiguous(at::MemoryFormat::ChannelsLast);
  const AutocastGuard autocast(device, bfloat16);
  const auto logits = network->forward(x);
  // A tie goes to the background, as in Segmenter.
  const auto others = std::get<0>(logits.slice(1, 1).max(1));
  return logits.select(1, 0).le(others).to(torch::kByte).to(torch::kCPU).contiguous();
}

Confusion confusion(Network& network, const Dataset& data, std::size_t index,
                    const torch::Device& device, bool bfloat16) {
  const auto prediction = predict(network, data, index, device, bfloat16);
  Confusion image(2);
  image.add(data.label(index), {prediction.data_ptr<std::uint8_t>(), data.label(index).size()});
  return image;
}

// Of a tensor with p[0][0], p[0][1], p[1][0], p[1][1] of each image.
Validation summary(const torch::Tensor& counts) {
  Validation result;
  double dice_sum = 0;
  const auto rows = counts.accessor<int64_t, 2>();
  for (int64_t i = 0; i < counts.size(0); ++i) {
    Confusion image(2);
    for (int place = 0; place < 4; ++place) {
      image.add(place / 2, place % 2, static_cast<std::uint64_t>(rows[i][place]));
    }
    const auto truth = image.at(0, 0) + image.at(0, 1);
    const auto found = image.at(0, 0) + image.at(1, 0);
    if (truth > 0 && found == 0) ++result.missed;
    dice_sum += truth + found == 0 ? 1.0 : image.dice(kStructureClass);
    result.confusion.add(image);
    ++result.images;
  }
  result.dice_image_mean = dice_sum / result.images;
  return result;
}

}  // namespace

double Validation::score(const std::string& measure) const {
  double value = dice_image_mean;
  if (measure == "dice_structure") value = confusion.dice(kStructureClass);
  if (measure == "iou_structure") value = confusion.iou(kStructureClass);
  return std::isnan(value) ? 0 : value;
}

std::optional<Validation> validate(Network& network, const Dataset& data,
                                   const std::vector<std::size_t>& indices,
                                   const torch::Device& device, bool bfloat16, Peers& peers) {
  const torch::NoGradGuard no_gradients;
  const bool training = network->is_training();
  network->eval();
  // An image a row, p[i][j] of Confusion in it; the last row counts processes that were
  // interrupted.
  const auto images = static_cast<int64_t>(indices.size());
  auto counts = torch::zeros({images + 1, 4}, torch::kLong);
  for (int64_t i = peers.rank(); i < images && !interrupted(); i += peers.size()) {
    const auto found =
        confusion(network, data, indices[static_cast<std::size_t>(i)], device, bfloat16);
    for (int64_t place = 0; place < 4; ++place) {
      counts[i][place] =
          static_cast<int64_t>(found.at(static_cast<int>(place / 2), static_cast<int>(place % 2)));
    }
  }
  network->train(training);
  if (interrupted()) counts[images][0] = 1;
  counts = counts.to(device);
  peers.sum(counts);
  counts = counts.to(torch::kCPU);
  if (counts[images][0].item<int64_t>() > 0) return std::nullopt;
  return summary(counts.narrow(0, 0, images));
}

}  // namespace heartlab
