#include "heartlab/metrics/confusion.h"

#include <gtest/gtest.h>

#include <cmath>

#include "heartlab/core/random.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using testing::expect_error;
using Labels = std::vector<std::uint8_t>;

Labels random_labels(Generator& generator, std::size_t count, std::uint64_t classes) {
  Labels labels(count);
  for (auto& label : labels) label = static_cast<std::uint8_t>(generator.below(classes));
  return labels;
}

struct Counts {
  double both = 0, truth = 0, prediction = 0;
};

Counts count(const Labels& truth, const Labels& prediction, int index) {
  Counts counts;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    counts.both += truth[i] == index && prediction[i] == index;
    counts.truth += truth[i] == index;
    counts.prediction += prediction[i] == index;
  }
  return counts;
}

TEST(Confusion, every_measure_agrees_with_its_formula_pixel_by_pixel) {
  Generator generator(1);
  for (const int classes : {2, 3, 5}) {
    constexpr std::size_t kPixels = 500;
    const Labels truth = random_labels(generator, kPixels, static_cast<std::uint64_t>(classes));
    const Labels prediction =
        random_labels(generator, kPixels, static_cast<std::uint64_t>(classes));
    Confusion confusion(classes);
    confusion.add(truth, prediction);
    double right = 0, accuracies = 0, ious = 0, dices = 0, weighted = 0;
    for (int index = 0; index < classes; ++index) {
      const Counts n = count(truth, prediction, index);
      const double iou = n.both / (n.truth + n.prediction - n.both);
      EXPECT_DOUBLE_EQ(confusion.class_accuracy(index), n.both / n.truth);
      EXPECT_DOUBLE_EQ(confusion.iou(index), iou);
      EXPECT_DOUBLE_EQ(confusion.dice(index), 2 * n.both / (n.truth + n.prediction));
      right += n.both;
      accuracies += n.both / n.truth;
      ious += iou;
      dices += 2 * n.both / (n.truth + n.prediction);
      weighted += n.truth / kPixels * iou;
    }
    EXPECT_DOUBLE_EQ(confusion.pixel_accuracy(), right / kPixels);
    EXPECT_DOUBLE_EQ(confusion.mean_accuracy(), accuracies / classes);
    EXPECT_DOUBLE_EQ(confusion.mean_iou(), ious / classes);
    EXPECT_DOUBLE_EQ(confusion.mean_dice(), dices / classes);
    EXPECT_NEAR(confusion.frequency_weighted_iou(), weighted, 1e-12);
  }
}

TEST(Confusion, a_perfect_prediction_has_ones_everywhere) {
  const Labels labels = {0, 1, 1, 0, 1};
  Confusion confusion(2);
  confusion.add(labels, labels);
  for (const double value :
       {confusion.pixel_accuracy(), confusion.mean_accuracy(), confusion.mean_iou(),
        confusion.frequency_weighted_iou(), confusion.mean_dice()}) {
    EXPECT_DOUBLE_EQ(value, 1);
  }
}

TEST(Confusion, a_missed_structure_has_a_dice_of_zero) {
  Confusion confusion(2);
  confusion.add(Labels{0, 0, 1, 1}, Labels{1, 1, 1, 1});
  EXPECT_DOUBLE_EQ(confusion.dice(0), 0);
  EXPECT_DOUBLE_EQ(confusion.iou(0), 0);
  EXPECT_DOUBLE_EQ(confusion.mean_dice(), 0.5 * (0 + 2.0 * 2 / 6));
}

TEST(Confusion, dice_and_iou_say_the_same) {
  Generator generator(2);
  Confusion confusion(2);
  confusion.add(random_labels(generator, 99, 2), random_labels(generator, 99, 2));
  EXPECT_NEAR(confusion.dice(0), 2 * confusion.iou(0) / (1 + confusion.iou(0)), 1e-12);
}

TEST(Confusion, a_class_that_never_occurs_is_unknown_and_left_out_of_the_means) {
  Confusion confusion(3);
  confusion.add(Labels{0, 0, 1, 1}, Labels{0, 0, 1, 0});
  EXPECT_TRUE(std::isnan(confusion.dice(2)));
  EXPECT_TRUE(std::isnan(confusion.class_accuracy(2)));
  EXPECT_DOUBLE_EQ(confusion.mean_accuracy(), 0.75);
  EXPECT_TRUE(std::isnan(Confusion(2).mean_iou()));
  EXPECT_TRUE(std::isnan(Confusion(2).pixel_accuracy()));
  EXPECT_TRUE(std::isnan(Confusion(2).frequency_weighted_iou()));
}

TEST(Confusion, pixels_of_label_255_are_not_counted) {
  Confusion confusion(2);
  confusion.add(Labels{0, 255, 1}, Labels{0, 0, 1});
  EXPECT_DOUBLE_EQ(confusion.pixel_accuracy(), 1);
  EXPECT_EQ(confusion.at(0, 0) + confusion.at(1, 1), 2U);
}

TEST(Confusion, adding_two_equals_counting_all_pixels_at_once) {
  Generator generator(3);
  const Labels truth = random_labels(generator, 60, 2), found = random_labels(generator, 60, 2);
  Confusion whole(2), first(2), second(2);
  whole.add(truth, found);
  first.add(std::span(truth).first(25), std::span(found).first(25));
  second.add(std::span(truth).subspan(25), std::span(found).subspan(25));
  first.add(second);
  for (const int i : {0, 1}) {
    for (const int j : {0, 1}) EXPECT_EQ(first.at(i, j), whole.at(i, j));
  }
}

TEST(Confusion, what_does_not_fit_is_an_error) {
  expect_error(ErrorKind::kInternal, {"2 pixels of truth, 1"}, [] {
    Confusion(2).add(Labels{0, 1}, Labels{0});
  });
  expect_error(ErrorKind::kInternal, {"below 2", "7"},
               [] { Confusion(2).add(Labels{0}, Labels{7}); });
  expect_error(ErrorKind::kInternal, {"expected 2 classes, found 3"},
               [] { Confusion(2).add(Confusion(3)); });
}

}  // namespace
}  // namespace heartlab
