#include "heartlab/train/artefacts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

#include "heartlab/core/random.h"
#include "heartlab/train/elastic.h"

namespace heartlab {
namespace {

using Complex = std::complex<double>;

Image random_image(int rows, int columns) {
  Generator generator(9);
  Image image(rows, columns);
  for (auto& value : image.pixels) value = static_cast<float>(generator.uniform(0, 255));
  return image;
}

Complex wave(double angle) { return std::polar(1.0, angle); }

void expect_near(const Image& found, const Image& expected, double tolerance) {
  ASSERT_EQ(found.rows, expected.rows);
  ASSERT_EQ(found.columns, expected.columns);
  for (int row = 0; row < found.rows; ++row) {
    for (int column = 0; column < found.columns; ++column) {
      ASSERT_NEAR(found.at(row, column), expected.at(row, column), tolerance)
          << "row " << row << ", column " << column;
    }
  }
}

Image transposed(const Image& image) {
  Image result(image.columns, image.rows);
  for (int row = 0; row < image.rows; ++row) {
    for (int column = 0; column < image.columns; ++column) {
      result.at(column, row) = image.at(row, column);
    }
  }
  return result;
}

// The magnitude of an image whose line n of k-space along the rows, counted from the centre, is
// line(n, k-space of `image`, k-space of `other`): by the definition of the Fourier transform.
template <typename F>
Image through_k_space(const Image& image, const Image& other, F line) {
  const int rows = image.rows;
  const double turn = 2 * std::numbers::pi / rows;
  Image result(rows, image.columns);
  for (int column = 0; column < image.columns; ++column) {
    std::vector<Complex> sum(static_cast<std::size_t>(rows));
    for (int n = -(rows / 2); n < rows - rows / 2; ++n) {
      Complex own, others;
      for (int row = 0; row < rows; ++row) {
        own += wave(-turn * n * row) * double{image.at(row, column)};
        others += wave(-turn * n * row) * double{other.at(row, column)};
      }
      const Complex value = line(n, own, others);
      for (int row = 0; row < rows; ++row) {
        sum[static_cast<std::size_t>(row)] += value * wave(turn * n * row) / double(rows);
      }
    }
    for (int row = 0; row < rows; ++row) {
      result.at(row, column) = static_cast<float>(std::abs(sum[static_cast<std::size_t>(row)]));
    }
  }
  return result;
}

TEST(Blur, spreads_a_point_by_its_deviation_and_keeps_an_even_image) {
  Image point(41, 41);
  point.at(20, 20) = 1000;
  const Image found = blurred(point, 2);
  double sum = 0, spread = 0;
  for (int row = 0; row < 41; ++row) {
    for (int column = 0; column < 41; ++column) {
      sum += found.at(row, column);
      spread += found.at(row, column) * (row - 20) * (row - 20);
    }
  }
  EXPECT_NEAR(sum, 1000, 0.01);
  EXPECT_NEAR(std::sqrt(spread / sum), 2, 0.05);
  expect_near(found, transposed(found), 1e-4);
  expect_near(blurred(Image(9, 9, 77), 3), Image(9, 9, 77), 1e-4);
  EXPECT_EQ(blurred(point, 0), point);
}

TEST(Ghosting, is_a_periodic_weighting_of_the_lines_of_k_space) {
  const Image image = random_image(24, 5);
  for (const int period : {2, 3, 4}) {
    const Ghosting ghosting{PhaseAxis::kRows, period, 0.3, 0.7};
    const Image expected =
        through_k_space(image, image, [&](int n, const Complex& own, const Complex&) {
          return own * (1 + 0.3 * std::cos(2 * std::numbers::pi * n / period + 0.7));
        });
    expect_near(ghosted(image, ghosting), expected, 1e-2);
  }
}

TEST(Ghosting, along_the_columns_is_that_of_the_turned_image) {
  const Image image = random_image(7, 30);
  const Image along = ghosted(image, {PhaseAxis::kColumns, 4, 0.5, 1});
  EXPECT_EQ(along, transposed(ghosted(transposed(image), {PhaseAxis::kRows, 4, 0.5, 1})));
  EXPECT_NE(along, image);
  EXPECT_EQ(ghosted(image, {PhaseAxis::kColumns, 4, 0, 1}), image);
}

TEST(Motion, takes_some_lines_of_k_space_from_the_shifted_image) {
  const Image image = random_image(17, 6);
  Image shifted(17, 6);
  for (int row = 2; row < 17; ++row) {
    for (int column = 0; column < 5; ++column) {
      shifted.at(row, column) = image.at(row - 2, column + 1);
    }
  }
  const Motion motion{PhaseAxis::kRows, -1, 2, 5, 4};
  const Image expected =
      through_k_space(image, shifted, [](int n, const Complex& own, const Complex& others) {
        return n >= -3 && n < 1 ? others : own;
      });
  expect_near(with_motion(image, motion), expected, 1e-2);
  Motion turned = motion;
  turned.axis = PhaseAxis::kColumns;
  std::swap(turned.dx, turned.dy);
  expect_near(with_motion(transposed(image), turned), transposed(expected), 1e-2);
}

TEST(Motion, without_a_shift_changes_nothing) {
  const Image image = random_image(16, 16);
  expect_near(with_motion(image, {PhaseAxis::kRows, 0, 0, 0, 16}), image, 1e-3);
}

TEST(ElasticField, is_smooth_and_nowhere_longer_than_its_strength) {
  constexpr int kSide = 120;
  double longest = 0, steepest = 0;
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    Generator generator(seed);
    const ElasticField field(kSide, 10, generator);
    for (int row = 0; row < kSide; ++row) {
      for (int column = 0; column < kSide; ++column) {
        const Point here = field.at(column, row);
        longest = std::max(longest, std::hypot(here.x, here.y));
        const Point right = field.at(column + 1, row), below = field.at(column, row + 1);
        steepest = std::max({steepest, std::abs(right.x - here.x), std::abs(below.y - here.y)});
      }
    }
  }
  EXPECT_LE(longest, 10);
  EXPECT_GT(longest, 3);
  EXPECT_LT(steepest, 1) << "where a step moves back by a whole pixel the image is folded";
}

}  // namespace
}  // namespace heartlab
