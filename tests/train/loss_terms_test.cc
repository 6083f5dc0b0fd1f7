#include "heartlab/train/loss_terms.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "heartlab/train/batches.h"
#include "heartlab/train/class_weighting.h"
#include "heartlab/train/loss.h"
#include "heartlab/train/signed_distance.h"
#include "tests/support/support.h"
#include "tests/train/discs.h"

namespace heartlab {
namespace {

using testing::expect_error;
using testing::TemporaryFolder;
using testing::write_discs;

// Logits of one image in one row, in which the structure has these probabilities.
torch::Tensor logits_of(const std::vector<double>& probabilities) {
  std::vector<float> values;
  for (const double p : probabilities) values.push_back(static_cast<float>(std::log(p / (1 - p))));
  const auto structure = torch::tensor(values).reshape({1, 1, -1});
  return torch::stack({structure, torch::zeros_like(structure)}, 1);
}

torch::Tensor labels_of(const std::vector<int64_t>& classes) {
  return torch::tensor(classes).reshape({1, 1, -1});
}

struct Term {
  const char* name;
  std::function<torch::Tensor(const torch::Tensor& logits, const torch::Tensor& labels)> loss;
};

const torch::Tensor kDistances = torch::linspace(-0.3, 0.6, 2 * 4 * 5).reshape({2, 4, 5});

const std::vector<Term> kTerms = {
    {"cross entropy",
     [](auto& x, auto& y) {
       return cross_entropy(x, y, {0.7, 0.3});
     }},
    {"focal",
     [](auto& x, auto& y) {
       return focal_loss(x, y, {0.7, 0.3}, 2);
     }},
    {"Dice", [](auto& x, auto& y) { return soft_dice_loss(x, y); }},
    {"Lovasz", [](auto& x, auto& y) { return lovasz_softmax(x, y); }},
    {"boundary", [](auto& x, auto& y) { return boundary_loss(x, y, kDistances); }}};

struct Case {
  torch::Tensor logits, labels;
};

// Two images, one pixel in five ignored.
Case random_case() {
  Generator generator(3);
  Case made{torch::zeros({2, 2, 4, 5}), torch::zeros({2, 4, 5}, torch::kLong)};
  for (auto* x = made.logits.data_ptr<float>(); x != made.logits.data_ptr<float>() + 80; ++x) {
    *x = static_cast<float>(generator.uniform(-2, 2));
  }
  for (auto* y = made.labels.data_ptr<int64_t>(); y != made.labels.data_ptr<int64_t>() + 40; ++y) {
    const auto drawn = static_cast<int64_t>(generator.below(5));
    *y = drawn == 4 ? 255 : drawn / 2;
  }
  return made;
}

TEST(LossTerms, gradients_are_those_of_finite_differences) {
  const Case made = random_case();
  for (const auto& term : kTerms) {
    auto x = made.logits.clone().set_requires_grad(true);
    term.loss(x, made.labels).backward();
    const auto gradient = x.grad().flatten();
    for (int64_t i = 0; i < gradient.size(0); ++i) {
      const auto at = [&](double step) {
        auto moved = made.logits.to(torch::kDouble).flatten();
        moved[i] += step;
        return term.loss(moved.reshape(made.logits.sizes()), made.labels).item<double>();
      };
      EXPECT_NEAR(gradient[i].item<double>(), (at(1e-4) - at(-1e-4)) / 2e-4, 2e-4)
          << term.name << ", logit " << i;
    }
  }
}

TEST(LossTerms, what_the_network_says_of_ignored_pixels_changes_nothing) {
  const auto [logits, labels] = random_case();
  const auto ignored = labels.eq(255).unsqueeze(1).expand({2, 2, 4, 5});
  const auto other = torch::where(ignored, 5.0 - 3.0 * logits, logits);
  for (const auto& [name, loss] : kTerms) {
    auto x = logits.clone().set_requires_grad(true);
    const auto value = loss(x, labels);
    EXPECT_EQ(value.item<double>(), loss(other, labels).item<double>()) << name;
    value.backward();
    EXPECT_EQ(x.grad().masked_select(ignored).abs().max().item<double>(), 0) << name;
    EXPECT_GT(x.grad().abs().max().item<double>(), 0) << name;
  }
}

TEST(LossTerms, an_image_without_a_pixel_to_judge_teaches_nothing) {
  const auto labels = torch::full({2, 4, 5}, 255, torch::kLong);
  for (const auto& [name, loss] : kTerms) {
    auto x = random_case().logits.set_requires_grad(true);
    const auto value = loss(x, labels);
    EXPECT_EQ(value.item<double>(), 0) << name;
    value.backward();
    EXPECT_EQ(x.grad().abs().max().item<double>(), 0) << name;
  }
}

TEST(LossTerms, a_perfect_prediction_costs_nothing) {
  auto labels = torch::ones({2, 4, 5}, torch::kLong);
  labels.slice(2, 0, 2).zero_();
  const auto sure = (labels.eq(0).to(torch::kFloat) * 2 - 1) * 40;
  for (const auto& [name, loss] : kTerms) {
    EXPECT_NEAR(loss(torch::stack({sure, -sure}, 1), labels).item<double>(), 0, 1e-6) << name;
    EXPECT_GT(std::abs(loss(torch::stack({-sure, sure}, 1), labels).item<double>()), 0.01) << name;
  }
}

TEST(LossTerms, the_focal_loss_is_as_computed_by_hand) {
  const auto logits = logits_of({0.9, 0.2, 0.5});
  const auto labels = labels_of({0, 0, 1});
  const double first = 0.1 * 0.1 * -std::log(0.9), second = 0.8 * 0.8 * -std::log(0.2);
  const double third = 0.5 * 0.5 * -std::log(0.5);
  const double expected = (0.95 * (first + second) + 0.05 * third) / (2 * 0.95 + 0.05);
  EXPECT_NEAR(focal_loss(logits, labels, {0.95, 0.05}, 2).item<double>(), expected, 1e-6);
  EXPECT_NEAR(focal_loss(logits, labels, {0.95, 0.05}, 0).item<double>(),
              cross_entropy(logits, labels, {0.95, 0.05}).item<double>(), 1e-6);
}

TEST(LossTerms, the_lovasz_loss_is_as_computed_by_hand) {
  // Errors 0.8 (structure), 0.7 (background), 0.3 (structure). Taken wrong in this order the
  // Jaccard loss is 1/2, 2/3, 1.
  const auto logits = logits_of({0.2, 0.7, 0.7});
  const double expected = 0.8 * (1.0 / 2) + 0.7 * (2.0 / 3 - 1.0 / 2) + 0.3 * (1 - 2.0 / 3);
  EXPECT_NEAR(lovasz_softmax(logits, labels_of({0, 1, 0})).item<double>(), expected, 1e-6);
  EXPECT_NEAR(lovasz_softmax(logits, labels_of({1, 1, 1})).item<double>(), 0.7, 1e-6)
      << "without truth, the largest error";
}

TEST(LossTerms, the_lovasz_loss_of_sure_answers_is_the_jaccard_loss_by_image) {
  auto labels = torch::ones({2, 1, 6}, torch::kLong);
  labels.slice(2, 0, 3).zero_();
  auto answer = torch::ones({2, 1, 6}, torch::kLong);
  answer[0].slice(1, 1, 5).zero_();  // of 5 together 2 shared
  answer[1].slice(1, 0, 2).zero_();  // of 3 together 2 shared
  const auto sure = (answer.eq(0).to(torch::kFloat) * 2 - 1) * 40;
  EXPECT_NEAR(lovasz_softmax(torch::stack({sure, -sure}, 1), labels).item<double>(),
              (3.0 / 5 + 1.0 / 3) / 2, 1e-6);
}

TEST(LossTerms, the_boundary_loss_is_as_computed_by_hand) {
  const auto logits = logits_of({0.2, 0.7, 0.4});
  const auto distances = torch::tensor({-0.1F, 0.1F, 0.3F}).reshape({1, 1, 3});
  const double expected = ((0.2 - 1) * -0.1 + 0.7 * 0.1 + 0.4 * 0.3) / 3;
  EXPECT_NEAR(boundary_loss(logits, labels_of({0, 1, 1}), distances).item<double>(), expected,
              1e-6);
}

TEST(SignedDistance, is_negative_inside_and_a_share_of_the_side) {
  Raster<std::uint8_t> label(10, 10, kBackgroundClass);
  for (int row = 3; row < 6; ++row) {
    for (int column = 2; column < 5; ++column) label.at(row, column) = kStructureClass;
  }
  label.at(9, 9) = kIgnoredClass;
  const Image distance = signed_distance(label);
  EXPECT_FLOAT_EQ(distance.at(4, 3), -0.15F);
  EXPECT_FLOAT_EQ(distance.at(3, 2), -0.05F);
  EXPECT_FLOAT_EQ(distance.at(4, 5), 0.05F);
  EXPECT_FLOAT_EQ(distance.at(9, 7), 0.45F);  // (4, 3) from (5, 4): the hypotenuse 5
  EXPECT_EQ(distance.at(9, 9), 0);
  const Raster<std::uint8_t> nothing(10, 10, kBackgroundClass);
  EXPECT_EQ(signed_distance(nothing), Image(10, 10));
}

TEST(SignedDistance, comes_with_a_batch_where_the_loss_needs_it) {
  const TemporaryFolder folder;
  const Dataset data(write_discs(folder.path(), 3, false));
  const PatientSampler sampler(data, data.subset("train"), 0);
  TrainOptions options;
  EXPECT_FALSE(draw_batch(data, sampler, options, 24, 0).distances.defined());
  options.boundary_weight = 1;
  const Batch batch = draw_batch(data, sampler, options, 24, 0);
  const auto inside = batch.distances.lt(0);
  EXPECT_TRUE(torch::equal(inside, batch.labels.eq(kStructureClass)));
  EXPECT_TRUE(inside.any().item<bool>());
}

TEST(Loss, is_the_sum_of_its_weighted_terms) {
  const auto [logits, labels] = random_case();
  TrainOptions options;
  options.class_weights = {0.7, 0.3};
  options.cross_entropy_weight = 0.5;
  options.focal_weight = 2;
  options.dice_weight = 3;
  options.lovasz_weight = 4;
  options.boundary_weight = 5;
  const std::vector<double> weights = {0.5, 2, 3, 4, 5};
  double expected = 0;
  for (std::size_t i = 0; i < kTerms.size(); ++i) {
    expected += weights[i] * kTerms[i].loss(logits, labels).item<double>();
  }
  EXPECT_NEAR(segmentation_loss({logits}, {labels, {}, kDistances}, options).item<double>(),
              expected, 1e-5);
}

TEST(Loss, where_only_classes_of_weight_0_are_seen_there_is_nothing_to_judge) {
  auto logits = random_case().logits.clone().requires_grad_(true);
  const auto background =
      torch::ones({logits.size(0), logits.size(2), logits.size(3)}, torch::kLong);
  for (const auto& loss :
       {cross_entropy(logits, background, {1, 0}), focal_loss(logits, background, {1, 0}, 2)}) {
    EXPECT_EQ(loss.item<double>(), 0);
    loss.backward();
    EXPECT_EQ(logits.grad().abs().max().item<double>(), 0);
  }
}

TEST(Loss, overlap_is_asked_of_whole_labels_alone) {
  const auto [logits, labels] = random_case();
  const int64_t images = logits.size(0);
  ASSERT_GE(images, 2);
  auto whole = torch::ones({images}, torch::kBool);
  whole[0] = false;
  TrainOptions options;
  options.cross_entropy_weight = 0;
  for (auto* weight : {&options.dice_weight, &options.lovasz_weight, &options.boundary_weight}) {
    *weight = 1;
    const auto loss = [&](const torch::Tensor& l, const torch::Tensor& t, const torch::Tensor& w,
                          const torch::Tensor& d) {
      return segmentation_loss({l}, {t, w, d}, options).item<double>();
    };
    const double others = loss(logits.slice(0, 1), labels.slice(0, 1), {}, kDistances.slice(0, 1));
    EXPECT_NEAR(loss(logits, labels, whole, kDistances),
                others * static_cast<double>(images - 1) / static_cast<double>(images), 1e-6);
    EXPECT_EQ(loss(logits, labels, torch::zeros({images}, torch::kBool), kDistances), 0);
    *weight = 0;
  }
  options.cross_entropy_weight = 1;
  EXPECT_EQ(segmentation_loss({logits}, {labels, whole, {}}, options).item<double>(),
            segmentation_loss({logits}, {labels, {}, {}}, options).item<double>());
}

TEST(Loss, inverse_class_weights_are_those_of_the_training_side) {
  const TemporaryFolder folder;
  Preparation preparation;
  preparation.size = 10;
  std::vector<PackedSample> samples(2);
  for (auto& packed : samples) {
    packed.image = GreyImage(10, 10, 9);
    packed.label = Raster<std::uint8_t>(10, 10, kBackgroundClass);
    std::fill_n(packed.label.pixels.begin(), 20, kIgnoredClass);
  }
  samples[0].sample = {"A", "1", "", "train", 10, 10, {}, false};
  samples[1].sample = {"B", "1", "", "test", 10, 10, {}, false};
  const auto written = [&](int structure) {
    std::fill_n(samples[0].label.pixels.begin() + 20, structure, kStructureClass);
    write_packed(folder / "dataset.safetensors", "cavity", preparation, samples);
    return Dataset(folder.path());
  };
  TrainOptions options;
  options.class_weighting = "inverse";
  expect_error(ErrorKind::kBadInput, {"no pixel of class 0"},
               [&] { with_class_weights(options, written(0)); });
  const auto weights = with_class_weights(options, written(8)).class_weights;
  EXPECT_NEAR(weights[0], 0.9, 1e-12);  // 8 of 80 pixels
  EXPECT_NEAR(weights[1], 0.1, 1e-12);
  options.class_weighting = "given";
  EXPECT_EQ(with_class_weights(options, written(8)).class_weights, options.class_weights);
}

}  // namespace
}  // namespace heartlab
