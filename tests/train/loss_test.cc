#include "heartlab/train/loss.h"

#include <gtest/gtest.h>

#include <cmath>

namespace heartlab {
namespace {

TrainOptions weighted(double structure, double background) {
  TrainOptions options;
  options.class_weights = {structure, background};
  return options;
}

double loss_of(const torch::Tensor& logits, const torch::Tensor& labels,
               const TrainOptions& options) {
  return segmentation_loss({logits}, {labels, {}, {}}, options).item<double>();
}

TEST(Loss, weighted_cross_entropy_is_the_weighted_mean) {
  const auto logits = torch::tensor({1.0F, 0.0F, -1.0F, 2.0F}).reshape({1, 2, 1, 2});
  const auto labels = torch::tensor({0L, 1L}).reshape({1, 1, 2});
  // Pixel 0: logits (1, -1), class 0; pixel 1: logits (0, 2), class 1.
  const double each = std::log(1 + std::exp(-2.0));
  EXPECT_NEAR(loss_of(logits, labels, weighted(0.95, 0.05)), each, 1e-6);
  const auto other = torch::tensor({0.0F, 0.0F, -1.0F, 2.0F}).reshape({1, 2, 1, 2});
  const double first = std::log(1 + std::exp(-1.0));
  EXPECT_NEAR(loss_of(other, labels, weighted(0.95, 0.05)), 0.95 * first + 0.05 * each, 1e-6);
}

TEST(Loss, ignored_pixels_do_not_count) {
  const auto logits = torch::randn({1, 2, 8, 8});
  auto labels = torch::ones({1, 8, 8}, torch::kLong);
  labels.slice(1, 0, 4).zero_();
  TrainOptions options = weighted(1, 1);
  options.dice_weight = 1;
  const double top = loss_of(logits.slice(2, 0, 6), labels.slice(1, 0, 6), options);
  labels.slice(1, 6, 8).fill_(255);
  EXPECT_NEAR(loss_of(logits, labels, options), top, 1e-5);
}

TEST(Loss, a_batch_without_a_pixel_to_judge_teaches_nothing) {
  const auto labels = torch::full({1, 4, 4}, 255, torch::kLong);
  EXPECT_EQ(loss_of(torch::randn({1, 2, 4, 4}), labels, weighted(1, 1)), 0);
}

TEST(Loss, a_perfect_prediction_has_no_dice_loss) {
  auto labels = torch::ones({1, 8, 8}, torch::kLong);
  labels.slice(1, 2, 5).zero_();
  const auto sure = (labels.eq(0).to(torch::kFloat) * 2 - 1) * 40;
  TrainOptions options = weighted(1, 1);
  options.dice_weight = 1;
  EXPECT_NEAR(loss_of(torch::stack({sure, -sure}, 1), labels, options), 0, 1e-4);
  EXPECT_GT(loss_of(torch::stack({-sure, sure}, 1), labels, options), 10);
}

TEST(Loss, every_output_counts) {
  const auto labels = torch::zeros({1, 8, 8}, torch::kLong);
  const auto full = torch::zeros({1, 2, 8, 8});
  const auto half = torch::zeros({1, 2, 4, 4});
  const double sum =
      segmentation_loss({full, half}, {labels, {}, {}}, weighted(1, 1)).item<double>();
  EXPECT_NEAR(sum, 2 * std::log(2.0), 1e-6);
}

TEST(Loss, a_line_one_pixel_wide_counts_in_a_coarse_output) {
  auto labels = torch::ones({1, 16, 16}, torch::kLong);
  labels.select(1, 7).fill_(0);  // between the pixels of every fourth row
  const auto background = torch::tensor({-10.0F, 10.0F}).reshape({1, 2, 1, 1}).expand({1, 2, 4, 4});
  const double missed = 0.95 * 16 * 20 / (0.95 * 16 + 0.05 * 240);
  EXPECT_NEAR(loss_of(background, labels, weighted(0.95, 0.05)), missed, 1e-3);
}

}  // namespace
}  // namespace heartlab
