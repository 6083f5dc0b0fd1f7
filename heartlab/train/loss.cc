#include "heartlab/train/loss.h"

#include <torch/nn/functional.h>

#include "heartlab/nn/peers.h"
#include "heartlab/prepare/dataset.h"

namespace heartlab {
namespace {

namespace F = torch::nn::functional;

// What this process's mean counts in the mean over all: the weights of its pixels over everybody's.
double share_of_pixels(const torch::Tensor& labels, const std::vector<double>& weights,
                       Peers& peers) {
  double own = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    own += weights[i] * labels.eq(static_cast<int64_t>(i)).sum().item<double>();
  }
  const auto all = torch::full({1}, own, labels.options().dtype(torch::kDouble));
  peers.sum(all);
  return own == 0 ? 0 : own / all.item<double>();
}

torch::Tensor cross_entropy(const torch::Tensor& logits, const torch::Tensor& labels,
                            const std::vector<double>& weights) {
  // Without a pixel to judge there is nothing to learn; the mean would be 0 / 0.
  if (!labels.ne(kIgnoredClass).any().item<bool>()) return 0.0 * logits.sum();
  const auto weight = torch::tensor(weights, logits.options());
  return F::cross_entropy(logits, labels,
                          F::CrossEntropyFuncOptions().weight(weight).ignore_index(kIgnoredClass));
}

// The mean over images, so that a small heart weighs as much as a large one.
torch::Tensor soft_dice_loss(const torch::Tensor& logits, const torch::Tensor& labels) {
  const auto counted = labels.ne(kIgnoredClass).to(logits.dtype());
  const auto share = torch::softmax(logits, 1).select(1, kStructureClass) * counted;
  const auto truth = labels.eq(kStructureClass).to(logits.dtype());
  const std::vector<int64_t> pixels = {1, 2};
  const auto overlap = (share * truth).sum(pixels);
  const auto dice = (2.0 * overlap + 1.0) / (share.sum(pixels) + truth.sum(pixels) + 1.0);
  return 1.0 - dice.mean();
}

torch::Tensor labels_like(const torch::Tensor& logits, const torch::Tensor& labels) {
  if (labels.size(1) == logits.size(2) && labels.size(2) == logits.size(3)) return labels;
  const auto resized =
      F::interpolate(labels.unsqueeze(1).to(torch::kFloat),
                     F::InterpolateFuncOptions()
                         .size(std::vector<int64_t>{logits.size(2), logits.size(3)})
                         .mode(torch::kNearest));
  return resized.squeeze(1).to(torch::kLong);
}

}  // namespace

torch::Tensor segmentation_loss(const std::vector<torch::Tensor>& outputs,
                                const torch::Tensor& labels, const TrainOptions& options,
                                Peers* peers) {
  torch::Tensor total;
  for (const auto& output : outputs) {
    const auto logits = output.to(torch::kFloat);
    const auto target = labels_like(logits, labels);
    auto loss = cross_entropy(logits, target, options.class_weights);
    if (peers != nullptr) loss = loss * share_of_pixels(target, options.class_weights, *peers);
    if (options.dice_weight > 0) {
      const double weight = options.dice_weight / (peers == nullptr ? 1 : peers->size());
      loss = loss + weight * soft_dice_loss(logits, target);
    }
    total = total.defined() ? total + loss : loss;
  }
  return total;
}

}  // namespace heartlab
