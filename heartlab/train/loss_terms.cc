#include "heartlab/train/loss_terms.h"

#include <torch/nn/functional.h>

#include "heartlab/prepare/dataset.h"

namespace heartlab {
namespace {

namespace F = torch::nn::functional;

const std::vector<int64_t> kPixels = {1, 2};

// Whether any pixel has a weight above 0.
bool any_counts(const torch::Tensor& labels, const std::vector<double>& weights) {
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] > 0 && labels.eq(static_cast<int64_t>(i)).any().item<bool>()) return true;
  }
  return false;
}

torch::Tensor judged(const torch::Tensor& logits, const torch::Tensor& labels) {
  return labels.ne(kIgnoredClass).to(logits.dtype());
}

torch::Tensor structure_share(const torch::Tensor& logits) {
  return torch::softmax(logits, 1).select(1, kStructureClass);
}

torch::Tensor structure_truth(const torch::Tensor& logits, const torch::Tensor& labels) {
  return labels.eq(kStructureClass).to(logits.dtype());
}

// Of pixels in order of their errors, one row an image: by how much the Jaccard loss grows with
// each (algorithm 1 of the paper). Counted in whole numbers, so exact and the same on every device.
torch::Tensor lovasz_gradient(const torch::Tensor& sorted_truth) {
  const auto truth = sorted_truth.to(torch::kLong);
  const auto all = truth.sum(1, /*keepdim=*/true);
  const auto intersection = all - truth.cumsum(1);
  const auto united = all + (1 - truth).cumsum(1);
  const auto jaccard = 1.0 - intersection.to(torch::kFloat) / united.to(torch::kFloat);
  const auto before = torch::constant_pad_nd(jaccard.slice(1, 0, -1), {1, 0});
  return jaccard - before;
}

}  // namespace

torch::Tensor cross_entropy(const torch::Tensor& logits, const torch::Tensor& labels,
                            const std::vector<double>& weights) {
  // The mean would be 0 / 0.
  if (!any_counts(labels, weights)) return 0.0 * logits.sum();
  const auto weight = torch::tensor(weights, logits.options());
  return F::cross_entropy(logits, labels,
                          F::CrossEntropyFuncOptions().weight(weight).ignore_index(kIgnoredClass));
}

torch::Tensor focal_loss(const torch::Tensor& logits, const torch::Tensor& labels,
                         const std::vector<double>& weights, double gamma) {
  constexpr double kLeast = 1e-7;  // below gamma = 1 the power's slope at 0 is infinite
  if (!any_counts(labels, weights)) return 0.0 * logits.sum();
  const auto logarithms = torch::log_softmax(logits, 1);
  auto sum = 0.0 * logits.sum();
  auto all_weights = torch::zeros({}, logits.options());
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const auto index = static_cast<int64_t>(i);
    const auto truth = labels.eq(index).to(logits.dtype());
    const auto logarithm = logarithms.select(1, index);
    const auto factor = (-torch::expm1(logarithm)).clamp_min(kLeast).pow(gamma);
    sum = sum - weights[i] * (truth * factor * logarithm).sum();
    all_weights = all_weights + weights[i] * truth.sum();
  }
  return sum / all_weights;
}

torch::Tensor soft_dice_loss(const torch::Tensor& logits, const torch::Tensor& labels) {
  const auto share = structure_share(logits) * judged(logits, labels);
  const auto truth = structure_truth(logits, labels);
  const auto overlap = (share * truth).sum(kPixels);
  const auto dice = (2.0 * overlap + 1.0) / (share.sum(kPixels) + truth.sum(kPixels) + 1.0);
  return 1.0 - dice.mean();
}

torch::Tensor lovasz_softmax(const torch::Tensor& logits, const torch::Tensor& labels) {
  const auto share = structure_share(logits);
  const auto truth = structure_truth(logits, labels);
  // What is ignored has no error, so it comes last, where it changes nothing.
  const auto errors =
      (truth * (1.0 - share) + (1.0 - truth) * share * judged(logits, labels)).flatten(1);
  const auto [sorted, order] =
      errors.sort(/*stable=*/c10::optional<bool>(true), /*dim=*/1, /*descending=*/true);
  const auto gradient = lovasz_gradient(truth.flatten(1).gather(1, order));
  return (sorted * gradient).sum(1).mean();
}

torch::Tensor boundary_loss(const torch::Tensor& logits, const torch::Tensor& labels,
                            const torch::Tensor& distances) {
  const auto counted = judged(logits, labels);
  const auto wrong = (structure_share(logits) - structure_truth(logits, labels)) * counted;
  const auto pixels = counted.sum(kPixels).clamp_min(1.0);
  return ((wrong * distances).sum(kPixels) / pixels).mean();
}

}  // namespace heartlab
