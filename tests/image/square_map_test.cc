#include "heartlab/image/square_map.h"

#include <gtest/gtest.h>

#include <limits>
#include <tuple>

#include "tests/image/shapes.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using testing::blob;
using testing::circle;
using testing::dice;
using testing::expect_error;
using testing::expect_mask_eq;
using testing::flipped;

Image random_image(Generator& generator, int rows, int columns) {
  Image image(rows, columns);
  for (auto& pixel : image.pixels) pixel = static_cast<float>(generator.uniform(0, 255));
  return image;
}

// The value at each pixel is a linear function of its place.
Image ramp(int rows, int columns) {
  Image image(rows, columns);
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column) {
      image.at(row, column) = static_cast<float>(3 * column - 2 * row + 100);
    }
  }
  return image;
}

TEST(SquareMapAtSpacing, the_images_middle_stays_the_middle_and_there_and_back_is_the_same_point) {
  const SquareMap map(101, 61, 80, {1.5, 0.75}, 1.25);
  const Point middle = map.to_square(Point{30, 50});
  EXPECT_NEAR(middle.x, 39.5, 1e-9);
  EXPECT_NEAR(middle.y, 39.5, 1e-9);
  const Point moved = map.to_square(Point{40, 60});
  EXPECT_NEAR(moved.x - middle.x, 10 * 0.75 / 1.25, 1e-9);
  EXPECT_NEAR(moved.y - middle.y, 10 * 1.5 / 1.25, 1e-9);
  const Point back = map.to_source(moved);
  EXPECT_NEAR(back.x, 40, 1e-9);
  EXPECT_NEAR(back.y, 60, 1e-9);
}

TEST(SquareMapAtSpacing, a_ramp_stays_a_ramp_and_what_is_beyond_is_filled_or_cut) {
  const Image image = ramp(40, 40);
  for (const double target : {0.5, 1.0, 1.7}) {
    const SquareMap map(40, 40, 48, {1, 1}, target);
    const Image square = map.to_square(image, -7);
    for (int row = 0; row < 48; ++row) {
      for (int column = 0; column < 48; ++column) {
        const Point at = map.to_source(Point{double(column), double(row)});
        const double edge = std::max(1.0, target) + 0.01;
        const bool inside = at.x >= edge && at.y >= edge && at.x <= 39 - edge && at.y <= 39 - edge;
        const bool outside = at.x < -edge || at.y < -edge || at.x > 39 + edge || at.y > 39 + edge;
        if (inside) {
          // Shrinking, the filter meets pixels at other places of its slopes from one to the next.
          const double tolerance = target <= 1 ? 0.001 : 0.5;
          ASSERT_NEAR(square.at(row, column), 3 * at.x - 2 * at.y + 100, tolerance) << target;
        }
        if (outside) {
          ASSERT_EQ(square.at(row, column), -7) << target;
        }
      }
    }
    const Image again = map.to_source(square, -9);
    EXPECT_NEAR(again.at(20, 20), image.at(20, 20), 0.1);
    EXPECT_EQ(again.at(0, 0) == -9, target < 40.0 / 48) << "only the finest cuts the corner off";
  }
}

TEST(SquareMapAtSpacing, of_its_own_spacing_and_size_nothing_changes) {
  Generator generator(1);
  const Image image = random_image(generator, 33, 33);
  EXPECT_EQ(SquareMap(33, 33, 33, {1.25, 1.25}, 1.25).to_square(image, 0).pixels, image.pixels);
}

class AnySquareMap : public ::testing::TestWithParam<std::tuple<int, int, int>> {
 protected:
  int rows() const { return std::get<0>(GetParam()); }
  int columns() const { return std::get<1>(GetParam()); }
  int size() const { return std::get<2>(GetParam()); }
  SquareMap map() const { return {rows(), columns(), size()}; }
};

TEST_P(AnySquareMap, a_point_there_and_back_is_the_point) {
  Generator generator(6);
  for (int i = 0; i < 100; ++i) {
    const Point point{generator.uniform(-10, columns() + 10.0),
                      generator.uniform(-10, rows() + 10.0)};
    const Point back = map().to_source(map().to_square(point));
    EXPECT_NEAR(back.x, point.x, 1e-9);
    EXPECT_NEAR(back.y, point.y, 1e-9);
  }
}

TEST_P(AnySquareMap, a_constant_image_stays_constant_where_nothing_is_padded) {
  const Image square = map().to_square(Image(rows(), columns(), 42.0F), 42.0F);
  for (const float value : square.pixels) EXPECT_NEAR(value, 42, 1e-4);
}

TEST_P(AnySquareMap, a_linear_image_keeps_its_values_at_the_mapped_places) {
  const Image square = map().to_square(ramp(rows(), columns()), 0.0F);
  const double shrink = std::max(1.0, std::max(rows(), columns()) / double(size()));
  const double reach = shrink + 1;
  const double tolerance = shrink > 1 ? 0.5 : 1e-3;  // 3 grey values a pixel
  for (int y = 0; y < size(); ++y) {
    for (int x = 0; x < size(); ++x) {
      const Point at = map().to_source(Point{double(x), double(y)});
      if (at.x < reach || at.y < reach || at.x > columns() - 1 - reach ||
          at.y > rows() - 1 - reach) {
        continue;
      }
      ASSERT_NEAR(square.at(y, x), 3 * at.x - 2 * at.y + 100, tolerance) << "x " << x << " y " << y;
    }
  }
}

TEST_P(AnySquareMap, image_and_contour_go_through_the_same_map) {
  Generator generator(7);
  const double radius = 0.3 * std::min(rows(), columns());
  const Contour contour = blob(generator, {columns() * 0.48, rows() * 0.51}, radius);
  const Mask from_contour = rasterise(map().to_square(contour), size(), size());
  const Mask from_mask = map().to_square(rasterise(contour, rows(), columns()));
  EXPECT_GT(dice(from_contour, from_mask), 0.97);
}

TEST_P(AnySquareMap, a_plane_comes_back_in_the_sources_own_size) {
  const Contour contour =
      circle({columns() * 0.5, rows() * 0.5}, 0.3 * std::min(rows(), columns()));
  const Mask square = rasterise(map().to_square(contour), size(), size());
  Image plane(size(), size());
  std::copy(square.pixels.begin(), square.pixels.end(), plane.pixels.begin());
  const Image back = map().to_source(plane);
  Mask found(rows(), columns());
  for (std::size_t i = 0; i < found.pixels.size(); ++i) found.pixels[i] = back.pixels[i] > 0.5F;
  EXPECT_GT(dice(rasterise(contour, rows(), columns()), found), 0.97);
}

INSTANTIATE_TEST_SUITE_P(Sizes, AnySquareMap,
                         ::testing::Values(std::tuple{256, 256, 513}, std::tuple{256, 256, 128},
                                           std::tuple{192, 256, 513}, std::tuple{256, 193, 160},
                                           std::tuple{97, 64, 97}, std::tuple{512, 300, 129}));

TEST(SquareMap, at_the_same_size_an_image_and_a_mask_are_unchanged) {
  Generator generator(8);
  const Image image = random_image(generator, 33, 33);
  EXPECT_EQ(SquareMap(33, 33, 33).to_square(image, 0.0F), image);
  EXPECT_EQ(SquareMap(33, 33, 33).to_source(image), image);
  const Mask mask = testing::random_mask(generator, 33, 33, 0.5);
  expect_mask_eq(mask, SquareMap(33, 33, 33).to_square(mask));
}

TEST(SquareMap, the_shorter_side_is_padded_evenly_with_the_fill) {
  const Image square = SquareMap(4, 8, 8).to_square(Image(4, 8, 1.0F), -5.0F);
  for (int row = 0; row < 8; ++row) {
    const float expected = row >= 2 && row < 6 ? 1.0F : -5.0F;
    for (int column = 0; column < 8; ++column) EXPECT_FLOAT_EQ(square.at(row, column), expected);
  }
}

TEST(SquareMap, flipping_the_image_flips_the_square_where_the_padding_is_even) {
  Generator generator(9);
  for (const auto& [rows, columns, size] :
       {std::tuple{60, 44, 97}, std::tuple{60, 44, 31}, std::tuple{44, 60, 50}}) {
    const Image image = random_image(generator, rows, columns);
    const SquareMap map(rows, columns, size);
    const Image expected = flipped(map.to_square(image, 7.0F));
    const Image found = map.to_square(flipped(image), 7.0F);
    for (std::size_t i = 0; i < found.pixels.size(); ++i) {
      ASSERT_NEAR(found.pixels[i], expected.pixels[i], 1e-3);
    }
    const Mask mask = rasterise(blob(generator, {columns * 0.4, rows * 0.5}, 15), rows, columns);
    expect_mask_eq(flipped(map.to_square(mask)), map.to_square(flipped(mask)));
  }
}

TEST(SquareMap, shrinking_averages_and_does_not_skip_pixels) {
  Image stripes(64, 64);
  for (int row = 0; row < 64; ++row) {
    for (int column = 0; column < 64; ++column) stripes.at(row, column) = column % 2 == 0 ? 0 : 200;
  }
  const Image square = SquareMap(64, 64, 16).to_square(stripes, 0.0F);
  for (int column = 1; column < 15; ++column) EXPECT_NEAR(square.at(8, column), 100, 1);
}

TEST(SquareMap, an_enlarged_mask_has_smooth_borders_and_its_own_area) {
  const Mask mask = rasterise(circle({32, 32}, 20), 64, 64);
  const Mask large = SquareMap(64, 64, 512).to_square(mask);
  EXPECT_NEAR(static_cast<double>(count_set(large)) / (64.0 * count_set(mask)), 1, 0.01);
  EXPECT_GT(
      dice(large, rasterise(SquareMap(64, 64, 512).to_square(circle({32, 32}, 20)), 512, 512)),
      0.985);
}

TEST(SquareMap, an_image_of_another_size_is_an_error) {
  expect_error(ErrorKind::kInternal, {"expected 4 x 8", "found 8 x 4"},
               [] { SquareMap(4, 8, 8).to_square(Image(8, 4), 0.0F); });
  expect_error(ErrorKind::kInternal, {"expected 8 x 8"},
               [] { SquareMap(4, 8, 8).to_source(Image(4, 8)); });
}

TEST(SquareMap, a_spacing_that_no_image_has_is_an_error) {
  for (const double spacing : {1e-6, 1e300, 2000.0, std::numeric_limits<double>::infinity()}) {
    expect_error(ErrorKind::kBadInput, {"pixel spacing", "0.001 to 1000"}, [&] {
      SquareMap(4, 8, 8, {spacing, 1}, 1.5);
    });
  }
}

}  // namespace
}  // namespace heartlab
