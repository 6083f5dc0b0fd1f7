#include "heartlab/segment/crf.h"

#include <gtest/gtest.h>

#include <cmath>

#include "heartlab/core/random.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

GreyImage random_grey(int rows, int columns) {
  Generator generator(1);
  GreyImage image(rows, columns);
  for (auto& value : image.pixels) value = static_cast<std::uint8_t>(generator.below(256));
  return image;
}

Image random_values(int rows, int columns) {
  Generator generator(2);
  Image image(rows, columns);
  for (auto& value : image.pixels) value = static_cast<float>(generator.uniform());
  return image;
}

Image by_all_pairs(const GreyImage& image, const Image& values, double pixels, double grey) {
  Image result(values.rows, values.columns);
  for (int r = 0; r < values.rows; ++r) {
    for (int c = 0; c < values.columns; ++c) {
      double sum = 0;
      for (int y = 0; y < values.rows; ++y) {
        for (int x = 0; x < values.columns; ++x) {
          const double distance = ((y - r) * (y - r) + (x - c) * (x - c)) / (2 * pixels * pixels);
          const double step = grey > 0 ? (image.at(y, x) - image.at(r, c)) / grey : 0;
          sum += values.at(y, x) * std::exp(-distance - step * step / 2);
        }
      }
      result.at(r, c) = static_cast<float>(sum);
    }
  }
  return result;
}

double largest_relative_error(const Image& found, const Image& expected) {
  double error = 0, largest = 0;
  for (std::size_t i = 0; i < found.pixels.size(); ++i) {
    error = std::max(error, std::abs(double{found.pixels[i]} - double{expected.pixels[i]}));
    largest = std::max(largest, double{expected.pixels[i]});
  }
  return error / largest;
}

TEST(BilateralKernel, equals_the_sum_over_all_pairs) {
  const GreyImage image = random_grey(37, 29);
  const Image values = random_values(37, 29);
  for (const auto& [pixels, grey] :
       {std::pair(1.0, 0.0), {3.0, 0.0}, {9.0, 0.0}, {3.0, 4.0}, {6.0, 12.0}, {10.0, 40.0}}) {
    const Image found = BilateralKernel(image, pixels, grey).apply(values);
    EXPECT_LE(largest_relative_error(found, by_all_pairs(image, values, pixels, grey)), 0.04)
        << pixels << " pixels, " << grey << " grey values";
  }
}

TEST(BilateralKernel, any_size_will_do_and_what_needs_too_much_memory_is_refused) {
  for (const auto& [rows, columns] : {std::pair(1, 1), {1, 40}, {2, 3}}) {
    const Image sums =
        BilateralKernel(random_grey(rows, columns), 5, 10).apply(Image(rows, columns, 1.0F));
    EXPECT_GT(sums.at(0, 0), 0.5F);
  }
  testing::expect_error(ErrorKind::kUnsupported, {"8192 x 8192", "larger deviations"},
                        [] { BilateralKernel(GreyImage(8192, 8192), 1, 4); });
}

// A disc of 200 on 50.
GreyImage disc() {
  GreyImage image(64, 64, 50);
  for (int row = 0; row < 64; ++row) {
    for (int column = 0; column < 64; ++column) {
      if (std::hypot(row - 32, column - 32) < 15) image.at(row, column) = 200;
    }
  }
  return image;
}

TEST(DenseCrf, an_answer_that_bleeds_over_an_edge_comes_back_to_it) {
  const GreyImage image = disc();
  Image probability(64, 64);
  for (int row = 0; row < 64; ++row) {
    for (int column = 0; column < 64; ++column) {
      probability.at(row, column) = std::hypot(row - 32, column - 35) < 15 ? 0.7F : 0.3F;
    }
  }
  const Image found = dense_crf(image, probability, {4, 10, 20, 0, 1});
  int wrong_before = 0, wrong = 0;
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    const bool truth = image.pixels[i] == 200;
    wrong_before += (probability.pixels[i] > 0.5F) != truth ? 1 : 0;
    wrong += (found.pixels[i] > 0.5F) != truth ? 1 : 0;
  }
  EXPECT_GT(wrong_before, 80);
  EXPECT_EQ(wrong, 0);
}

TEST(DenseCrf, a_lonely_pixel_goes_with_its_neighbours) {
  Image probability(20, 20, 0.2F);
  probability.at(10, 10) = 0.8F;
  const Image found = dense_crf(GreyImage(20, 20, 100), probability, {0, 1, 1, 5, 2});
  EXPECT_LT(found.at(10, 10), 0.5F);
}

TEST(DenseCrf, without_weights_nothing_changes) {
  const Image probability = random_values(9, 9);
  EXPECT_EQ(dense_crf(random_grey(9, 9), probability, {}).pixels, probability.pixels);
}

}  // namespace
}  // namespace heartlab
