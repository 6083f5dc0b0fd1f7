#include "heartlab/train/loss.h"

#include "heartlab/nn/peers.h"
#include "heartlab/nn/resize.h"
#include "heartlab/train/loss_terms.h"

namespace heartlab {
namespace {

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

// Terms that are means over pixels, all of the batch together.
torch::Tensor pixel_terms(const torch::Tensor& logits, const torch::Tensor& labels,
                          const TrainOptions& options) {
  auto loss =
      options.cross_entropy_weight > 0
          ? options.cross_entropy_weight * cross_entropy(logits, labels, options.class_weights)
          : 0.0 * logits.sum();
  if (options.focal_weight > 0) {
    loss = loss + options.focal_weight *
                      focal_loss(logits, labels, options.class_weights, options.focal_gamma);
  }
  return loss;
}

// Terms that are means over images; undefined where the options ask for none.
torch::Tensor image_terms(const torch::Tensor& logits, const LossTarget& target,
                          const TrainOptions& options) {
  torch::Tensor loss;
  const auto& labels = target.labels;
  const auto add = [&](const torch::Tensor& term) { loss = loss.defined() ? loss + term : term; };
  if (options.dice_weight > 0) add(options.dice_weight * soft_dice_loss(logits, labels));
  if (options.lovasz_weight > 0) add(options.lovasz_weight * lovasz_softmax(logits, labels));
  if (options.boundary_weight > 0) {
    add(options.boundary_weight * boundary_loss(logits, labels, target.distances));
  }
  return loss;
}

// The same over the images with whole labels alone, as their part of the mean over all.
torch::Tensor terms_of_whole(const torch::Tensor& logits, const LossTarget& target,
                             const TrainOptions& options) {
  if (!target.whole.defined() || target.whole.all().item<bool>()) {
    return image_terms(logits, target, options);
  }
  const auto which = target.whole.nonzero().squeeze(1);
  if (which.numel() == 0) return {};
  LossTarget chosen{target.labels.index_select(0, which), {}, {}};
  if (target.distances.defined()) chosen.distances = target.distances.index_select(0, which);
  const auto loss = image_terms(logits.index_select(0, which), chosen, options);
  const auto share = static_cast<double>(which.numel()) / static_cast<double>(logits.size(0));
  return loss.defined() ? share * loss : loss;
}

}  // namespace

torch::Tensor segmentation_loss(const std::vector<torch::Tensor>& outputs, const LossTarget& target,
                                const TrainOptions& options, Peers* peers) {
  torch::Tensor total;
  const auto& labels = target.labels;
  for (const auto& output : outputs) {
    const auto logits = resize_bilinear(output.to(torch::kFloat), labels.size(1), labels.size(2));
    auto loss = pixel_terms(logits, labels, options);
    if (peers != nullptr) loss = loss * share_of_pixels(labels, options.class_weights, *peers);
    const auto images = terms_of_whole(logits, target, options);
    if (images.defined()) loss = loss + images / (peers == nullptr ? 1 : peers->size());
    total = total.defined() ? total + loss : loss;
  }
  return total;
}

}  // namespace heartlab
